// The theme makes boxes that scroll reachable by keyboard, when the page is
// loaded or resized. Boxes in a fold have no size until it is opened: look again.
for (const event of ["click", "toggle"]) {
  const look = () => window.dispatchEvent(new Event("resize"));
  document.addEventListener(event, look, { capture: true });
}

// On paper nothing can be opened or come near: open every fold, load every picture.
addEventListener("beforeprint", () => {
  for (const picture of document.querySelectorAll("img[loading=lazy]")) {
    picture.loading = "eager";
  }
  for (const fold of document.querySelectorAll("details:not([open])")) {
    fold.open = true;
    addEventListener("afterprint", () => (fold.open = false), { once: true });
  }
});

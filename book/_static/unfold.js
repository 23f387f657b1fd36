// The theme makes boxes that scroll reachable by keyboard, when the page is
// loaded or resized. Boxes in a fold have no size until it is opened: look again.
for (const event of ["click", "toggle"]) {
  const look = () => window.dispatchEvent(new Event("resize"));
  document.addEventListener(event, look, { capture: true });
}

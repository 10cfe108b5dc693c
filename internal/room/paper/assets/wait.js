// While photos are read, the page looks again by itself.
const page = document.querySelector("[data-paper-wait]");
if (page) {
  const look = () => (document.hidden ? window.setTimeout(look, 2000) : window.location.reload());
  window.setTimeout(look, 1500);
}

// While a file is read, or copies are looked for, the page looks again by itself.
if (document.querySelector("[data-review-wait]")) {
  const look = () => (document.hidden ? window.setTimeout(look, 2000) : window.location.reload());
  window.setTimeout(look, 1500);
}

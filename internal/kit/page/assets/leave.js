// "Leave now" is a plain link. With script, the page is emptied at once and the address it
// leads to takes the place of this one, so that Back does not return here.
export function leave(document, location) {
  for (const link of document.querySelectorAll("a[data-leave]")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      document.title = "…";
      document.body.classList.add("pl-gone");
      location.replace(link.href);
    });
  }
}

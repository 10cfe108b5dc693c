// After something has worked, the banner that says so is where reading starts. An error
// summary goes first.
export function notice(document) {
  if (document.querySelector(".govuk-error-summary")) return;
  document.querySelector("[data-focus]")?.focus();
}

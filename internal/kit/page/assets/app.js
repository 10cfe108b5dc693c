// What the page does beyond plain HTML. Everything here is an extra: each job can be done
// without it.

import {
  Button,
  CharacterCount,
  Checkboxes,
  ErrorSummary,
  Radios,
  ServiceNavigation,
  SkipLink,
  createAll,
} from "govuk-frontend";
import { copy } from "./copy.js";
import { leave } from "./leave.js";
import { notice } from "./notice.js";
import { waiting } from "./waiting.js";

// Leave now comes first: nothing that goes wrong below may take it away.
leave(document, window.location);

// Style sheets show conditional questions and the menu button only with this class.
document.body.classList.add("js-enabled", "govuk-frontend-supported");

for (const part of [Button, CharacterCount, Checkboxes, ErrorSummary, Radios, ServiceNavigation, SkipLink]) {
  createAll(part);
}
notice(document);
copy(document, navigator.clipboard);
waiting(document, window);

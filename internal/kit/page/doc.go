// Package page renders the pages of the house: templates, layouts, components and the
// files under /static/.
//
// A room's pages are html/template files. pages/list.html of the room evidence is called
// "evidence/list". A page template sees a frame: .Body is the room's own view model, .Title,
// .Errors, .Crumbs and the rest come from View, .Chrome from the request, .Lang is the
// language. Every other template of the room's folder, and every {{define}} in it, is
// private to the room. The components of this package (templates/*.html) are there for all:
//
//	{{template "field" (dict "Name" "words" "Label" (t "evidence.words") "Value" .Body.Words "Error" (err . "words"))}}
//
// Each set of templates is parsed once for each language, so that t, date and the other
// functions already know theirs. Pages use no inline script and no inline style: they hold
// under "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:;
// font-src 'self'". Everything works without JavaScript.
//
// The style sheet, the script and the fonts are made by the build from npm packages into
// dist/, which is not kept in the repository; Ready says when that has not been done.
package page

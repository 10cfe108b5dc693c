package app

import (
	"context"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/lang"
	"plait/internal/kit/page"
	"plait/internal/kit/web"
	"plait/internal/room/evidence"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
)

func faultOf(err error) *fault.Fault { return fault.Of(err) }

// identify says who is asking and what the page around the answer shows.
func (h *House) identify(w http.ResponseWriter, r *http.Request) (context.Context, error) {
	c := page.Chrome{Path: r.URL.RequestURI(), OfflineOff: !h.keepsWork()}
	actor := who.Actor{}
	wish := ""
	card, carded := h.rooms.card.Actor(r)
	if carded && (h.rooms.card.Contributors(r.URL.Path) || h.rooms.worry.Contributors(r.URL.Path) || h.rooms.people.Contributors(r.URL.Path)) {
		actor, c.LeaveURL = card, "/card/leave"
	} else {
		a, profile, err := h.rooms.account.Who(r)
		if err != nil {
			return page.WithChrome(r.Context(), c), err
		}
		if a.Kind == who.Account {
			actor, wish = a, profile.Language
			c.Account, c.SignOut = profile.Name, true
			c.Keeper = evidence.Keeper(a.ID, a.Programme)
		}
	}
	actor.Request = web.RequestID(r.Context())
	c.Lang = h.language(w, r, wish)
	c.Format = h.format(w, r)
	if r.Method == http.MethodGet {
		c.Languages = h.languages(r, c.Lang)
	}
	ctx := who.With(r.Context(), h.Policy, actor)
	if actor.Kind == who.Account {
		if err := h.nav(ctx, r, actor, &c); err != nil {
			return page.WithChrome(ctx, c), err
		}
	}
	return page.WithChrome(ctx, c), nil
}

// language is the one asked for in the address, else the one chosen before, the account's, the browser's.
func (h *House) language(w http.ResponseWriter, r *http.Request, wish string) string {
	if q := r.URL.Query().Get("lang"); q != "" && slices.Contains(h.Words.Languages(), q) {
		h.remember(w, "lang", q)
		return q
	}
	var wishes []string
	if c, err := r.Cookie("lang"); err == nil {
		wishes = append(wishes, c.Value)
	}
	if wish != "" {
		wishes = append(wishes, wish)
	}
	for _, part := range strings.Split(r.Header.Get("Accept-Language"), ",") {
		tag, _, _ := strings.Cut(part, ";")
		wishes = append(wishes, strings.TrimSpace(tag))
	}
	return h.Words.Choose(wishes...)
}

func (h *House) languages(r *http.Request, now string) []page.Link {
	var out []page.Link
	for _, l := range h.Words.Languages() {
		u := *r.URL
		q := u.Query()
		q.Set("lang", l)
		u.RawQuery = q.Encode()
		out = append(out, page.Link{Href: u.RequestURI(), Text: lang.Name(l), Lang: l, Current: l == now})
	}
	return out
}

func (h *House) format(w http.ResponseWriter, r *http.Request) string {
	known := []string{page.Standard, page.Large, page.Easy, page.Listen}
	if q := r.URL.Query().Get("format"); slices.Contains(known, q) {
		h.remember(w, "format", q)
		return q
	}
	if c, err := r.Cookie("format"); err == nil && slices.Contains(known, c.Value) {
		return c.Value
	}
	return ""
}

// remember keeps a choice of looks on the device; it says nothing about the person.
func (h *House) remember(w http.ResponseWriter, name, value string) {
	http.SetCookie(w, &http.Cookie{Name: name, Value: value, Path: "/", MaxAge: 365 * 24 * 3600, HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: h.Face.Secure})
}

// nav fills the menu with the places the account has something to do.
func (h *House) nav(ctx context.Context, r *http.Request, a who.Actor, c *page.Chrome) error {
	add := func(href, key string) {
		c.Nav = append(c.Nav, page.Link{Href: href, Text: h.Words.T(c.Lang, key), Current: href == r.URL.Path || (href != "/" && strings.HasPrefix(r.URL.Path, href+"/"))})
	}
	if a.Programme == "" {
		return nil
	}
	return h.DB.Read(ctx, func(tx *db.Tx) error {
		name, err := h.rooms.programme.Name(tx, a.Programme)
		if err != nil {
			return err
		}
		c.Programme = name
		add("/project", "house.nav_projects")
		for _, link := range []struct{ href, key, permission string }{
			{"/people", "house.nav_people", "people.see"}, {"/lesson", "house.nav_lessons", "lesson.see"},
			{"/search", "house.nav_search", "search.find"}, {"/programme", "house.nav_programme", "programme.see"}} {
			if who.Somewhere(ctx, tx, link.permission) == nil {
				add(link.href, link.key)
			}
		}
		add("/account", "house.nav_account")
		return nil
	})
}

// publicRoutes are the few addresses that belong to no room.
func (h *House) publicRoutes() []web.Route {
	text := func(name string) web.Handler {
		return func(w http.ResponseWriter, r *http.Request) error {
			return h.Face.Show(w, r, "house/"+name, page.View{Title: h.Face.T(r, "house."+name+"_title"), Layout: page.Plain,
				Body: map[string]string{"Licences": licences(h.Face)}})
		}
	}
	return []web.Route{
		{Pattern: "GET /{$}", Permission: web.Public, Handle: h.start},
		{Pattern: "GET /healthz", Permission: web.Public, Bare: true, Handle: h.healthy},
		{Pattern: "GET /readyz", Permission: web.Public, Bare: true, Handle: h.readyz},
		{Pattern: "GET /public/accessibility", Permission: web.Public, Handle: text("accessibility")},
		{Pattern: "GET /public/offline.js", Permission: web.Public, Handle: h.offline},
		{Pattern: "GET /public/help", Permission: web.Public, Handle: text("help")},
		{Pattern: "GET /public/privacy", Permission: web.Public, Handle: text("privacy")},
	}
}

// keepsWork says whether a browser may keep work on the device at this address: browsers
// allow it over https and on this machine alone.
func (h *House) keepsWork() bool {
	u, err := url.Parse(h.base)
	if err != nil || h.Face.Secure {
		return h.Face.Secure
	}
	ip, err := netip.ParseAddr(u.Hostname())
	return u.Hostname() == "localhost" || err == nil && ip.IsLoopback()
}

// offline is the service worker. It is asked for anew each time, so that a browser has the
// one of this version, and may look after every page.
func (h *House) offline(w http.ResponseWriter, _ *http.Request) error {
	script, err := h.Face.Pages.Worker("evidence-offline.js", "evidence-capture.js")
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Set("Service-Worker-Allowed", "/")
	_, err = w.Write(script)
	return err
}

func licences(f *web.Face) string {
	if f.Pages.Ready() != nil {
		return ""
	}
	return "/static/licences.txt"
}

// start sends people on to their work, and everyone else to the two doors.
func (h *House) start(w http.ResponseWriter, r *http.Request) error {
	a := who.From(r.Context())
	if a.Kind == who.Account && a.Programme == "" {
		return web.Redirect(w, r, "/account/programme")
	}
	if a.Kind == who.Account {
		grants, err := h.mine(r.Context())
		if err != nil {
			return err
		}
		if len(grants) == 1 && grants[0].Scope.Kind == ref.Project {
			return web.Redirect(w, r, "/project/"+url.PathEscape(grants[0].Scope.ID))
		}
		return web.Redirect(w, r, "/project")
	}
	return h.Face.Show(w, r, "house/start", page.View{Title: h.Face.T(r, "house.start_title"), Layout: page.Plain})
}

func (h *House) mine(ctx context.Context) (out []who.Grant, err error) {
	err = h.DB.Read(ctx, func(tx *db.Tx) error { out, err = who.Grants(tx.Context(), tx); return err })
	return out, err
}

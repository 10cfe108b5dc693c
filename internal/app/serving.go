package app

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"plait/internal/kit/config"
	"plait/internal/kit/fault"
	"plait/internal/kit/metrics"
)

// measuring opens the address for measurements, when the settings name one, and gives its
// web address.
func (h *House) measuring(s config.Config, log *slog.Logger) (*metrics.Server, string, error) {
	if s.Metrics == "" {
		return nil, "", nil
	}
	l, err := net.Listen("tcp", s.Metrics)
	if err != nil {
		return nil, "", fault.New(fault.Invalid, "house.cannot_listen", "Listen", s.Metrics).Because(err)
	}
	return h.ServeMeasures(l, log), "http://" + l.Addr().String() + "/metrics", nil
}

// warn says in the log what is unwise about the settings, and that the house has begun.
func (h *House) warn(s config.Config, log *slog.Logger) {
	for _, w := range s.Warnings() {
		log.Warn("setting", "setting", w.Setting, "say", h.Words.T("en", w.Say))
	}
	log.Info("start", "version", Version, "engine", string(h.DB.Engine()))
}

// certificate measures when the certificate that is served ends. The one that an authority
// renews by itself is not in the settings.
func (h *House) certificate(mode string, c *tls.Config) {
	if c == nil || len(c.Certificates) == 0 || len(c.Certificates[0].Certificate) == 0 {
		return
	}
	if x, err := x509.ParseCertificate(c.Certificates[0].Certificate[0]); err == nil {
		h.measures.certificate.Set(float64(x.NotAfter.Unix()), mode)
	}
}

// begin serves, and gives the reason once that cannot go on.
func (h *House) begin(ctx context.Context, srv *http.Server, l net.Listener) <-chan error {
	h.rooms.keeper.SweepDrills()
	done := make(chan error, 2)
	go func() { done <- srv.Serve(l) }()
	go func() {
		if err := h.keepHold(ctx); err != nil {
			done <- err
		}
	}()
	return done
}

// ending has the load balancer notice that this node stops, has open connections run out,
// answers what is under way and closes. A second signal ends the waiting.
func (h *House) ending(ctx context.Context, srv *http.Server, tell func(string)) error {
	tell("STOPPING=1")
	h.leaving.now.Store(true)
	if wait := max(h.Stopping(), leaveFor); wait > 0 {
		again := make(chan os.Signal, 1)
		signal.Notify(again, os.Interrupt, syscall.SIGTERM)
		select {
		case <-time.After(wait):
		case <-again:
		}
		signal.Stop(again)
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
	defer cancel()
	return srv.Shutdown(last)
}

// notifier tells systemd how the service does (sd_notify(3), Type=notify). Where nobody
// asked to be told, it tells nobody.
func notifier(getenv func(string) string, log *slog.Logger) func(state string) {
	at := getenv("NOTIFY_SOCKET")
	if at == "" {
		return func(string) {}
	}
	if rest, ok := strings.CutPrefix(at, "@"); ok {
		at = "\x00" + rest // a name that is in no folder
	}
	return func(state string) {
		c, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: at, Net: "unixgram"})
		if err == nil {
			_, err = c.Write([]byte(state))
			err = errors.Join(err, c.Close())
		}
		if err != nil {
			log.Warn("systemd was not told", "cause", err)
		}
	}
}

// settingsCommand prints the settings.
type settingsCommand struct {
	JSON bool `name:"json" help:"Print as one line of JSON."`
}

// Run prints every setting in force, and then what is wrong or unwise.
func (sc *settingsCommand) Run(c *command) error {
	flags := map[string]string{"dir": c.app.Global.Dir, "db": c.app.Global.DB}
	all := config.Explain(c.getenv, flags)
	s, err := c.settings("")
	type hint struct {
		Setting string `json:"setting"`
		Text    string `json:"text"`
	}
	hints := []hint{}
	if err == nil {
		words, e := catalogue()
		if e != nil {
			return e
		}
		for _, w := range s.Warnings() {
			hints = append(hints, hint{w.Setting, words.T("en", w.Say)})
		}
	}
	if sc.JSON {
		if e := json.NewEncoder(c.out).Encode(map[string]any{"settings": all, "hints": hints}); e != nil {
			return e
		}
		return err
	}
	for _, v := range all {
		value := v.Value
		if value == "" {
			value = "-"
		}
		if _, e := fmt.Fprintf(c.out, "%-20s %-40s %s\n", v.Setting, value, v.From); e != nil {
			return e
		}
	}
	for _, x := range hints {
		if _, e := fmt.Fprintf(c.out, "\nHint, %s: %s\n", x.Setting, x.Text); e != nil {
			return e
		}
	}
	return err
}

package metrics

import (
	"bytes"
	"context"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// Handler answers GET /metrics and nothing else.
func (r *Registry) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /metrics", func(w http.ResponseWriter, q *http.Request) {
		var b bytes.Buffer
		if err := r.WriteTo(q.Context(), &b); err != nil {
			http.Error(w, "The numbers could not be written.", http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		_, _ = w.Write(b.Bytes()) // whoever asked is gone if this fails
	})
	return mux
}

// Server tells the numbers on an address of its own.
type Server struct {
	srv  *http.Server
	done chan error
}

// Serve answers on l until Stop. It never shares a listener with pages: whoever may see
// how busy the house is need not be whoever may open it.
func (r *Registry) Serve(l net.Listener, log *slog.Logger) *Server {
	s := &Server{done: make(chan error, 1), srv: &http.Server{
		Handler: r.Handler(), ReadTimeout: 10 * time.Second, WriteTimeout: 30 * time.Second, IdleTimeout: time.Minute, MaxHeaderBytes: 16 << 10,
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn)}}
	go func() { s.done <- s.srv.Serve(l) }()
	return s
}

// Stop ends it; answers under way have until ctx ends.
func (s *Server) Stop(ctx context.Context) error {
	if s == nil {
		return nil
	}
	err := s.srv.Shutdown(ctx)
	if err != nil {
		err = s.srv.Close()
	}
	<-s.done
	return err
}

// Command pg runs one command with a private PostgreSQL beside it.
//
//	go run ./tool/pg -- go test ./internal/...
//
// It makes a new cluster in a temporary folder, sets PLAIT_TEST_PG to its URL,
// runs the command, stops the cluster, removes the folder and ends with the
// command's own exit code. When PLAIT_TEST_PG is set already, that server is
// used and nothing is started. With no command it prints the URL and waits for
// an interrupt.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"plait/tool/pg/cluster"
)

func main() {
	os.Exit(run(os.Args[1:]))
}

// run starts the cluster, runs the command and returns the exit code.
func run(args []string) int {
	if len(args) > 0 && args[0] == "--" {
		args = args[1:]
	}
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)

	url := os.Getenv(cluster.Env)
	if url == "" {
		c, err := cluster.Start(context.Background())
		if err != nil {
			fmt.Fprintln(os.Stderr, "pg:", err)
			return 1
		}
		defer func() {
			if err := c.Stop(); err != nil {
				fmt.Fprintln(os.Stderr, "pg:", err)
			}
		}()
		url = c.URL
	}
	if len(args) == 0 {
		fmt.Println(url)
		<-signals
		return 0
	}
	return command(args, url, signals)
}

// command runs args with the URL in its environment. A signal is passed on
// once to the command, whose end is then waited for.
func command(args []string, url string, signals <-chan os.Signal) int {
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Env = append(os.Environ(), cluster.Env+"="+url)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	if err := cmd.Start(); err != nil {
		fmt.Fprintln(os.Stderr, "pg:", err)
		return 1
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	for {
		select {
		case s := <-signals:
			// The command may have ended already; then the next turn sees it.
			_ = cmd.Process.Signal(s)
		case err := <-done:
			var exit *exec.ExitError
			switch {
			case err == nil:
				return 0
			case errors.As(err, &exit) && exit.ExitCode() > 0:
				return exit.ExitCode()
			default:
				fmt.Fprintln(os.Stderr, "pg:", err)
				return 1
			}
		}
	}
}

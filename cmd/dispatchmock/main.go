// Dispatchmock stands in for the Deactivate Customer endpoint of the CRO
// Software Dispatch API.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"dispatchmock/internal/cli"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := cli.Run(ctx, os.Args[1:], os.Environ(), os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

package exchange

import "context"

type fallbackKey struct{}

// WithFallback tells the mock that it answers in the place of a proxy's
// target, and why.
func WithFallback(ctx context.Context, why string) context.Context {
	return context.WithValue(ctx, fallbackKey{}, why)
}

// FallbackOf returns why the mock answers in the place of a proxy's target, or
// "".
func FallbackOf(ctx context.Context) string {
	why, _ := ctx.Value(fallbackKey{}).(string)
	return why
}

package exchange

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// Redact blots out the secret of an authorization value. A scheme that is one
// of the registered ones is kept; of the rest stays a short hash, by which two
// secrets can be told apart.
func Redact(authorization string) string {
	if authorization == "" {
		return ""
	}
	scheme, secret, ok := strings.Cut(authorization, " ")
	switch {
	case !ok:
		return "#" + short(authorization)
	case strings.EqualFold(scheme, "bearer"), strings.EqualFold(scheme, "basic"), strings.EqualFold(scheme, "digest"):
		return scheme + " #" + short(secret)
	}
	return "#" + short(authorization)
}

func short(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:4])
}

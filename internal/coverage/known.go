package coverage

import "regexp"

// Commands matches what the command of an item can be where the admin API is
// at a URL: requests of curl with options that neither read nor write a file.
// A person may paste a matching text into a shell, whoever made it. Values
// never begin with @, by which curl would read a file, and the token of the
// admin API goes to that API alone.
func Commands(admin string) *regexp.Regexp {
	const (
		plain    = `[A-Za-z0-9_./:@%+,-]*`
		shown    = `[^'\pC\p{Zl}\p{Zp}]*`    // what a person sees
		more     = `(?:\\''` + shown + `')*` // of a text with a single quote in it
		value    = `(?:[A-Za-z0-9_./:%+,-]` + plain + `|'(?:[^'@\pC\p{Zl}\p{Zp}]` + shown + `)?'` + more + `)`
		variable = `"[A-Za-z-]+: [A-Za-z ]*\$` + TokenVariable + `(?:_[A-Z0-9_]+)?"`
		large    = `"x-large: \$\(printf %080000d 0\)"`
		option   = ` -X ` + value + `| -H (?:` + value + `|` + variable + `|` + large + `)| -d ` + value + `| --data-binary @-| --max-time [0-9]+`
		begin    = `(?:head -c [0-9]+ /dev/zero \| )?curl -isS`
		token    = ` -H "X-Mock-Token: \$` + AdminTokenVariable + `"`
		host     = `https?://(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]+)?`
	)
	url := func(base string) string {
		return ` (?:` + base + `/` + plain + `|'` + base + `/` + shown + `'` + more + `)`
	}
	request := begin + `(?:(?:` + option + `)*` + url(host) + `|(?:` + option + `|` + token + `)*` + url(regexp.QuoteMeta(admin)) + `)`
	either := `(?:` + request + `|for i in \$\(seq [0-9]+\); do ` + request + `; done)`
	return regexp.MustCompile(`^` + either + `(?: && ` + either + `)*$`)
}

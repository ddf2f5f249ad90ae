package cli

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net/url"
	"strconv"
	"strings"

	"dispatchmock/internal/cli/command"

	"dispatchmock/internal/fileio"
	"dispatchmock/internal/model"
	"dispatchmock/internal/verify"
)

// options fills in what the flags say of the target and the tokens.
func (f *verifyFlags) options(ctx context.Context, o *verify.Options, io streams) error {
	var err error
	if o.Target, err = serverURL("--target", f.target); err != nil {
		return err
	}
	if o.Token, err = f.mainToken(ctx, io); err != nil {
		return err
	}
	if f.second != "" {
		if o.SecondToken, err = io.secret(ctx, "--second-token", f.second); err != nil {
			return err
		}
	}
	o.RoleTokens = map[model.Role]string{}
	for _, text := range f.roleTokens {
		role, source, ok := strings.Cut(text, "=")
		if !ok || role == "" {
			return command.Misusef("--role-token: must be ROLE=SOURCE, such as Driver=ENV:DRIVER_TOKEN")
		}
		if o.RoleTokens[model.Role(role)], err = io.secret(ctx, "--role-token "+role, source); err != nil {
			return err
		}
	}
	if f.foreign != "" {
		tenant, err := strconv.ParseInt(f.foreign, 10, 64)
		if err != nil || tenant == f.tenant {
			return command.Misusef("--foreign-tenant %q: must be an integer, and not the token's own tenant", f.foreign)
		}
		o.ForeignTenant = &tenant
	}
	for _, text := range f.records {
		record, err := parseRecord(text)
		if err != nil {
			return err
		}
		o.Records = append(o.Records, record)
	}
	for _, pointer := range f.ignore {
		if !strings.HasPrefix(pointer, "/") {
			return command.Misusef("--ignore %q: must be a JSON pointer such as /headers/Server or /body/name", pointer)
		}
	}
	if f.retries < 0 || f.rate < 0 || f.timeout <= 0 {
		return command.Misusef("--retries and --rate must not be negative, and --timeout must be more than nothing")
	}
	o.TLS, err = f.tlsConfig(ctx)
	return err
}

func parseRecord(text string) (verify.Record, error) {
	customer, location, _ := strings.Cut(text, "/")
	c, err1 := strconv.ParseInt(customer, 10, 64)
	l, err2 := strconv.ParseInt(location, 10, 64)
	if err1 != nil || err2 != nil {
		return verify.Record{}, command.Misusef("--record %q: must be CUSTOMER/LOCATION, two integers such as 1/1", text)
	}
	return verify.Record{Customer: c, Location: l}, nil
}

// mainToken returns the token that exactly one of three flags names.
func (f *verifyFlags) mainToken(ctx context.Context, io streams) (string, error) {
	var given []string
	for _, source := range []string{f.token, prefixed("ENV:", f.tokenEnv), prefixed("FILE:", f.tokenFile)} {
		if source != "" {
			given = append(given, source)
		}
	}
	if len(given) != 1 {
		return "", command.Misusef("give the token of a Dispatcher by one of --token-env NAME, --token-file PATH and --token TOKEN")
	}
	if f.token != "" {
		return sendable("--token", f.token)
	}
	return io.secret(ctx, "--token", given[0])
}

func prefixed(prefix, text string) string {
	if text == "" {
		return ""
	}
	return prefix + text
}

// secret reads a token from where its source says; no error has it.
func (s *streams) secret(ctx context.Context, flag, source string) (string, error) {
	token := source
	if name, ok := strings.CutPrefix(source, "ENV:"); ok {
		if token, ok = s.env(name); !ok {
			return "", command.Misusef("%s: there is no environment variable %s", flag, name)
		}
	} else if path, ok := strings.CutPrefix(source, "FILE:"); ok {
		var err error
		if token, err = command.ReadSecret(ctx, path); err != nil {
			return "", command.Misusef("%s: %w", flag, err)
		}
	}
	return sendable(flag, token)
}

// sendable returns a token without the space around it.
func sendable(flag, token string) (string, error) {
	token = strings.TrimSpace(token)
	if token == "" || strings.ContainsFunc(token, func(c rune) bool { return c < ' ' || c > '~' }) {
		return "", command.Misusef("%s: the token is empty, or has characters that no header field can hold", flag)
	}
	return token, nil
}

func (f *verifyFlags) tlsConfig(ctx context.Context) (*tls.Config, error) {
	roots, err := authorities(ctx, f.ca)
	if err != nil || roots == nil {
		return nil, err
	}
	return &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots}, nil
}

// authorities reads the certificates of the flag --ca; nil are the system's.
func authorities(ctx context.Context, file string) (*x509.CertPool, error) {
	if file == "" {
		return nil, nil
	}
	pem, err := fileio.Read(ctx, file, maxCertificates)
	if err != nil {
		return nil, command.Misusef("--ca: %w", err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		return nil, command.Misusef("--ca %s: holds no certificate in PEM form", file)
	}
	return roots, nil
}

// serverURL reads a flag that names a server.
func serverURL(flag, text string) (*url.URL, error) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.User != nil || u.Fragment != "" {
		return nil, command.Misusef("%s %q: must be the URL of a server, such as http://%s", flag, command.WithoutSecrets(text), defaultAddress)
	}
	return u, nil
}

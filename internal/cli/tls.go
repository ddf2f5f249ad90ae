package cli

import (
	"crypto/tls"
	"fmt"
	"net"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"dispatchmock/internal/certs"
	"dispatchmock/internal/cli/command"
)

// tlsFlag says whether and by which certificate a server speaks HTTPS.
type tlsFlag struct {
	setting   string
	config    *tls.Config      // nil without HTTPS
	authority *certs.Authority // of "self"
}

func (f *tlsFlag) add(flags *pflag.FlagSet) {
	flags.StringVar(&f.setting, "tls", "off", "speak HTTPS: off, self for certificates of this machine's own authority, or the PEM files `CERT,KEY`")
}

// load reads or makes the certificates for a server at an address.
func (f *tlsFlag) load(io *streams, listen string) error {
	var err error
	switch cert, key, two := strings.Cut(f.setting, ","); {
	case f.setting == "off":
	case f.setting == "self":
		if f.authority, err = authority(io); err != nil {
			return err
		}
		var hosts []string
		host, _, _ := net.SplitHostPort(listen)
		if ip := net.ParseIP(host); host != "" && !ip.IsUnspecified() {
			hosts = append(hosts, host)
		}
		f.config = f.authority.Server(hosts...)
	case two && cert != "" && key != "":
		f.config, err = certs.FromFiles(cert, key)
	default:
		return command.Misusef("--tls %q: must be off, self or CERT,KEY", f.setting)
	}
	return err
}

// environment returns the variables by which a program trusts the authority,
// besides what the program trusts already.
func (f *tlsFlag) environment(io *streams) ([]string, error) {
	if f.authority == nil {
		return nil, nil
	}
	var env []string
	for _, v := range []struct {
		name     string
		defaults []string
	}{
		{"NODE_EXTRA_CA_CERTS", nil},
		// In place of the system's certificates.
		{"SSL_CERT_FILE", []string{"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem"}},
	} {
		trusted := f.authority.Path()
		if given, _ := io.env(v.name); given != "" {
			v.defaults = []string{given}
		}
		for _, path := range v.defaults {
			if _, err := os.Stat(path); err != nil {
				continue
			}
			var err error
			if trusted, err = f.authority.Beside(path); err != nil {
				return nil, err
			}
			break
		}
		env = append(env, v.name+"="+trusted)
	}
	return env, nil
}

// authority returns this machine's authority, which is made once.
func authority(io *streams) (*certs.Authority, error) {
	dir, err := certs.Dir(io.env)
	if err != nil {
		return nil, err
	}
	return certs.Open(dir, time.Now)
}

func newCA(io streams) *cobra.Command {
	var text bool
	cmd := &cobra.Command{
		Use:   "ca",
		Short: "Print where the certificate of --tls self's authority is",
		Long: "Ca prints the path of the certificate by which clients trust a server of --tls self. The authority is of this machine and\n" +
			"user alone, and is made when it is first needed. To trust it: curl --cacert PATH; NODE_EXTRA_CA_CERTS=PATH for Node;\n" +
			"a browser imports the file as an authority for web sites.",
		Args: noArguments,
		RunE: func(*cobra.Command, []string) error {
			a, err := authority(&io)
			if err != nil {
				return err
			}
			if text {
				_, err = io.out.Write(a.PEM())
				return err
			}
			_, err = fmt.Fprintln(io.out, a.Path())
			return err
		},
	}
	cmd.Flags().BoolVar(&text, "pem", false, "print the certificate in place of its path")
	return cmd
}

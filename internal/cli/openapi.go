package cli

import (
	"fmt"
	"strings"
	"time"

	"dispatchmock/internal/cli/command"

	"github.com/spf13/cobra"

	"dispatchmock/internal/contract"
	"dispatchmock/internal/contract/openapi"
	"dispatchmock/internal/jsonx"
	"dispatchmock/internal/model"
)

// knownVersion rejects a version that the contract does not have.
func knownVersion(c *contract.Contract, name string) (model.Version, error) {
	v := model.Version(name)
	if c.Has(v) {
		return v, nil
	}
	var names []string
	for _, known := range c.Versions() {
		names = append(names, string(known))
	}
	text := fmt.Sprintf("%q is not an API version; there are %s", name, strings.Join(names, ", "))
	return "", command.Misusef("%s", text+jsonx.DidYouMean(name, names))
}

// formNames lists the versions of OpenAPI.
func formNames() []string {
	var names []string
	for _, f := range openapi.Forms() {
		names = append(names, string(f))
	}
	return names
}

func newOpenAPI(io streams) *cobra.Command {
	var files sources
	var version, server string
	form := string(openapi.Form31)
	cmd := &cobra.Command{
		Use:   "openapi",
		Short: "Print the contract of one API version as an OpenAPI document",
		Args:  noArguments,
		RunE: func(*cobra.Command, []string) error {
			c, err := files.readContract()
			if err != nil {
				return err
			}
			if _, err := serverURL("--server", server); err != nil {
				return err
			}
			v := c.Versions()[len(c.Versions())-1]
			if version != "" {
				if v, err = knownVersion(c, version); err != nil {
					return err
				}
			}
			d, err := openapi.New(c, openapi.Options{Version: v, Form: openapi.Form(form), Server: server, Now: time.Now()})
			if err != nil {
				return err
			}
			return d.Write(io.out)
		},
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVar(&version, "api-version", "", "the API `VERSION`, such as 2021/04/07 (default: the newest)")
	flags.Var(command.OneOf(&form, formNames()...), "openapi", "the version of OpenAPI; 3.0 is for older tools")
	flags.StringVar(&server, "server", "http://"+defaultAddress, "name `URL` as the server")
	files.addSchemas(flags)
	return cmd
}

package cli

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"dispatchmock/internal/admin"
	"dispatchmock/internal/cli/command"
	"dispatchmock/internal/coverage"
	"dispatchmock/internal/jsonx"
)

// The variables of the environment that exec sets, and that are not the name of
// a flag or are a flag's by another name.
const (
	variablePrefix   = "DISPATCHMOCK_"
	urlVariable      = variablePrefix + "URL"
	hostVariable     = variablePrefix + "HOST"
	portVariable     = variablePrefix + "PORT"
	tenantVariable   = variablePrefix + "TENANT"
	adminURLVariable = variablePrefix + "ADMIN_URL"
)

// isReserved reports a variable that is no misspelt flag: those of exec, of the
// npm packages and of the documented CI job, and those that Kubernetes gives to
// each container beside a service of this name.
func isReserved(variable string) bool {
	switch variable {
	case urlVariable, hostVariable, portVariable, tenantVariable, adminURLVariable, coverage.AdminTokenVariable, coverage.TokenVariable,
		variablePrefix + "BINARY", variablePrefix + "REPOSITORY", variablePrefix + "VERSION":
		return true
	}
	for _, prefix := range []string{coverage.TokenVariable + "_", portVariable + "_", variablePrefix + "SERVICE_"} {
		if strings.HasPrefix(variable, prefix) {
			return true
		}
	}
	return false
}

// variableOf returns the name of the variable that sets a flag of a command, or
// "". A command of ctl shares names with serve that have another meaning there,
// such as --fixtures: variables set the flags that all commands of ctl share.
func variableOf(cmd *cobra.Command, f *pflag.Flag) string {
	isCtl := slices.Contains(strings.Fields(cmd.CommandPath()), "ctl")
	switch {
	case f.Name == "help" || f.Name == "version":
		return ""
	case isCtl && f.Name == "token":
		return coverage.AdminTokenVariable // the other is a token of the API
	case isCtl && cmd.LocalNonPersistentFlags().Lookup(f.Name) != nil:
		return ""
	case cmd.Name() == "exec" && f.Name == "admin-token":
		return "" // an exec around this one sets it for its own mock
	}
	return variablePrefix + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
}

// useEnvironment lets variables set the flags of all commands, and adds their
// names to the help.
func useEnvironment(root *cobra.Command, io streams) {
	var known []string
	named := map[*pflag.Flag]bool{} // those of a parent are shared
	var visit func(*cobra.Command)
	visit = func(c *cobra.Command) {
		c.Flags().VisitAll(func(f *pflag.Flag) {
			if variable := variableOf(c, f); variable != "" && !named[f] {
				named[f] = true
				known = append(known, variable)
				f.Usage += " [$" + variable + "]"
			}
		})
		for _, sub := range c.Commands() {
			visit(sub)
		}
	}
	visit(root)
	root.PersistentPreRunE = func(cmd *cobra.Command, _ []string) error {
		switch cmd.Name() {
		case "help", "version", "completion", cobra.ShellCompRequestCmd, cobra.ShellCompNoDescRequestCmd:
			return nil
		}
		if err := checkVariables(io.environ, known); err != nil {
			return err
		}
		set, err := setFromEnvironment(cmd, io)
		if err != nil {
			return err
		}
		run := cmd.RunE
		cmd.RunE = func(cmd *cobra.Command, args []string) error { return nameVariables(run(cmd, args), set) }
		return nil
	}
}

// checkVariables rejects a variable that is nearly the name of a flag's.
func checkVariables(environ, known []string) error {
	var names []string
	for _, variable := range known {
		names = append(names, strings.TrimPrefix(variable, variablePrefix))
	}
	for _, line := range environ {
		variable, _, _ := strings.Cut(line, "=")
		name, ours := strings.CutPrefix(variable, variablePrefix)
		if !ours || isReserved(variable) || slices.Contains(known, variable) {
			continue
		}
		if near := jsonx.Nearest(name, names); near != "" {
			return command.Misusef("the environment variable %s sets no flag; did you mean %s%s?", variable, variablePrefix, near)
		}
	}
	return nil
}

// setFromEnvironment sets the flags that the command line does not set, and
// returns the variables by the names of their flags.
func setFromEnvironment(cmd *cobra.Command, io streams) (map[string]string, error) {
	// A token is set by one of three flags.
	group := func(variable string) string {
		return strings.TrimSuffix(strings.TrimSuffix(variable, "_ENV"), "_FILE")
	}
	given := map[string]bool{}
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if f.Changed {
			given[group(variableOf(cmd, f))] = true
		}
	})
	set := map[string]string{}
	var failed error
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		variable := variableOf(cmd, f)
		if variable == "" || f.Changed || given[group(variable)] {
			return
		}
		value, ok := io.env(variable)
		if variable == urlVariable {
			// Where the admin API has a listener of its own, this is not at the API's URL.
			if url, has := io.env(adminURLVariable); has {
				variable, value, ok = adminURLVariable, strings.TrimSuffix(url, admin.Prefix), true
			}
		}
		if !ok {
			return
		}
		set[f.Name] = variable
		if err := cmd.Flags().Set(f.Name, value); err != nil && failed == nil {
			failed = command.Misusef("%s: %w", variable, err)
		}
	})
	return set, failed
}

// nameVariables adds to an error of the arguments which of the flags that the
// error names come from a variable.
func nameVariables(err error, set map[string]string) error {
	var misuse command.Misuse
	if !errors.As(err, &misuse) {
		return err
	}
	text := err.Error()
	for _, flag := range slices.Sorted(maps.Keys(set)) {
		if strings.Contains(text+" ", "--"+flag+" ") || strings.Contains(text, "--"+flag+":") {
			err = command.Misuse{Err: fmt.Errorf("%w (--%s is set by %s)", err, flag, set[flag])}
		}
	}
	return err
}

package contract

import (
	"errors"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"dispatchmock/internal/jsonx"
)

const (
	pathModel    = "2019-02-08/PathParameters.json"
	errorModel   = "2019-02-08/ErrorModel.json"
	headersModel = "2019-02-08/StandardRequestHeadersModel.json"
	addressModel = "2019-02-08/CustomerAddressModel.json"
	versionModel = "2019-02-08/ApiVersion.json"
	knownWords   = "known are $comment, $ref, $schema, additionalProperties, const, default, definitions, dependencies, description, enum, examples, format, items, " +
		"maxItems, maxLength, maximum, minItems, minLength, minimum, pattern, properties, required, title, type, uniqueItems, writeOnly"
	flatRule = " must be an object of at most 32 properties, each of the type string or integer, and ask nothing else of the object than required and additionalProperties: " +
		"header fields and path parameters travel as text"
	emptyObject = `{"$schema": "http://json-schema.org/draft-07/schema#", "type": "object"}`
)

// schemaDiagnostics has each way in which schema files can be wrong, with all that
// is said of it.
var schemaDiagnostics = []struct {
	name   string
	change change
	want   []string
}{
	{"not JSON", write(errorModel, "{\n\"type\": \"object\",\n\"required\": [\"field\",]\n}"),
		[]string{errorModel + `:3 /required: is not JSON: line 3, column 21: no comma may stand before ']'`}},
	{"empty file", write(errorModel, ""), []string{errorModel + `:1: is not JSON: line 1, column 1: the text ends too early`}},
	{"a name twice", write(errorModel, `{"type": "object", "type": "string"}`),
		[]string{errorModel + `:1 /type: is not JSON: line 1, column 20: duplicate object member name`}},
	{"no UTF-8", write(errorModel, "{\"title\": \"\xff\"}"), []string{errorModel + `:1 /title: is not JSON: line 1, column 12: invalid UTF-8`}},
	{"number beyond measure", write(errorModel, `{"minimum": 1e3000000}`),
		[]string{errorModel + `:1 /minimum: is not JSON: line 1, column 13: a number must have at most 1000 digits and an exponent of at most 1000`}},
	{"an array", write(errorModel, `[]`), []string{errorModel + `: must be a JSON object`}},
	{"null", write(errorModel, `null`), []string{errorModel + `: must be a JSON object`}},

	{"misspelt keyword", edit(errorModel, func(s map[string]any) { s["requierd"] = []any{"field"} }),
		[]string{errorModel + ` /requierd: ["field"]: is not a known name; did you mean required?`}},
	{"misspelt keyword, nested", replace(errorModel, `"minLength": 1`, `"minlength": 1`),
		[]string{errorModel + ` /properties/field/minlength: 1: is not a known name; did you mean minLength?`}},
	{"newer keyword", edit(errorModel, func(s map[string]any) { s["unevaluatedProperties"] = false }),
		[]string{errorModel + ` /unevaluatedProperties: false: is not a known name; ` + knownWords}},
	{"older keyword", edit(errorModel, func(s map[string]any) { s["id"] = "http://example.com/" }),
		[]string{errorModel + ` /id: "http://example.com/": is not a known name; ` + knownWords}},
	{"newer draft", replace(errorModel, "http://json-schema.org/draft-07/schema#", "https://json-schema.org/draft/2020-12/schema"),
		[]string{errorModel + ` /$schema: "https://json-schema.org/draft/2020-12/schema": must be http://json-schema.org/draft-07/schema#`}},
	{"unknown format", edit(errorModel, func(s map[string]any) { s["format"] = "date-time" }),
		[]string{errorModel + ` /format: "date-time": must be one of accepts-json, cro-date, cro-past-timestamp, email-list, http-date, uuid`}},
	{"misspelt format", replace(headersModel, `"uuid"`, `"guid"`),
		[]string{headersModel + ` /properties/x-request-id/format: "guid": must be one of accepts-json, cro-date, cro-past-timestamp, email-list, http-date, uuid`}},
	{"unknown type", replace(errorModel, `"string"`, `"text"`),
		[]string{errorModel + ` /properties/field/type: "text": must be one of array, boolean, integer, null, number, object, string`}},
	{"pattern of another language", replace(headersModel, `"^[Bb]`, `"(?=x)^[Bb]`),
		[]string{headersModel + ` /properties/authorization/pattern: "(?=x)^[Bb][Ee][Aa][Rr][Ee][Rr] [A-Za-z0-9-_=]+.[A-Za-z0-9-_=]+.?[A-Za-z0-9-_.+/=]*$": must be a regular expression as Go's regexp package reads it`}},
	{"length below nothing", replace(errorModel, `"minLength": 1`, `"minLength": -1`),
		[]string{errorModel + ` /properties/field/minLength: -1: must be at least 0`}},
	{"length with a fraction", replace(errorModel, `"minLength": 1`, `"minLength": 1.5`),
		[]string{errorModel + ` /properties/field/minLength: 1.5: must be an integer`}},
	{"length as text", replace(errorModel, `"minLength": 1`, `"minLength": "1"`),
		[]string{errorModel + ` /properties/field/minLength: "1": must be an integer`}},
	{"empty enum", replace(errorModel, `"minLength": 1`, `"enum": []`),
		[]string{errorModel + ` /properties/field/enum: []: must have at least 1 item, and has 0`}},
	{"a value twice", replace(errorModel, `"minLength": 1`, `"enum": ["a", "b", "a"]`),
		[]string{errorModel + ` /properties/field/enum: ["a", "b", "a"]: must not have an item twice`}},
	{"required as text", edit(errorModel, func(s map[string]any) { s["required"] = "field" }),
		[]string{errorModel + ` /required: "field": must be an array`}},
	{"a rule that nothing satisfies", replace(errorModel, `"minLength": 1`, `"minLength": 5, "maxLength": 4`),
		[]string{errorModel + `: is not a schema: minLength cannot be greater than maxLength`}},
	{"the same where others refer to it", replace(addressModel, `"maxLength": 86`, `"maxLength": 0`),
		[]string{addressModel + `: is not a schema: minLength cannot be greater than maxLength`}},

	{"reference to no file", replace("2019-02-08/DispatchCustomerLocationModel.json", "CustomerAddressModel.json", "CustomerAdressModel.json"),
		[]string{`2019-02-08/DispatchCustomerLocationModel.json /properties/addresses/items/$ref: "CustomerAdressModel.json": no such file in this version's folder or an older one`}},
	{"reference to no file, from another rule", edit(errorModel, func(s map[string]any) { s["additionalProperties"] = map[string]any{"$ref": "None.json"} }),
		[]string{errorModel + ` /additionalProperties/$ref: "None.json": no such file in this version's folder or an older one`}},
	{"reference to a definition", edit(errorModel, func(s map[string]any) {
		s["additionalProperties"], s["definitions"] = map[string]any{"$ref": "#/definitions/any"}, map[string]any{"any": map[string]any{}}
	}),
		[]string{errorModel + ` /additionalProperties/$ref: "#/definitions/any": a model refers to whole files; put what it names into a file of its own`}},
	{"reference to a newer file", all(write("2021-04-07/New.json", emptyObject), edit(errorModel, func(s map[string]any) { s["properties"].(map[string]any)["new"] = map[string]any{"$ref": "New.json"} })),
		[]string{errorModel + ` /properties/new/$ref: "New.json": no such file in this version's folder or an older one`}},
	{"reference to the network", replace(headersModel, `"ApiVersion.json"`, `"http://127.0.0.1:1/ApiVersion.json"`),
		[]string{headersModel + ` /properties/x-api-version/$ref: "http://127.0.0.1:1/ApiVersion.json": must match ^([A-Za-z][A-Za-z0-9]*\.json|#/definitions/[a-z_]+)$`,
			headersModel + ` /properties/x-api-version/$ref: "http://127.0.0.1:1/ApiVersion.json": no such file in this version's folder or an older one`}},
	{"reference out of the folder", replace(headersModel, `"ApiVersion.json"`, `"../2019-02-08/ApiVersion.json"`),
		[]string{headersModel + ` /properties/x-api-version/$ref: "../2019-02-08/ApiVersion.json": must match ^([A-Za-z][A-Za-z0-9]*\.json|#/definitions/[a-z_]+)$`,
			headersModel + ` /properties/x-api-version/$ref: "../2019-02-08/ApiVersion.json": no such file in this version's folder or an older one`}},
	{"reference to a part", replace(headersModel, `"ApiVersion.json"`, `"ApiVersion.json#/enum"`),
		[]string{headersModel + ` /properties/x-api-version/$ref: "ApiVersion.json#/enum": must match ^([A-Za-z][A-Za-z0-9]*\.json|#/definitions/[a-z_]+)$`,
			headersModel + ` /properties/x-api-version/$ref: "ApiVersion.json#/enum": no such file in this version's folder or an older one`}},
	{"rule beside a reference", replace(headersModel, `"$ref": "ApiVersion.json"`, `"$ref": "ApiVersion.json", "description": "x", "maxLength": 10`),
		[]string{headersModel + ` /properties/x-api-version/maxLength: 10: has no effect beside a $ref; put it into the file that the $ref names`}},
	{"file that refers to itself", write(errorModel, `{"$ref": "ErrorModel.json"}`),
		[]string{errorModel + ` /$ref: "ErrorModel.json": leads back to where it stands: ErrorModel.json → ErrorModel.json`}},
	{"files that refer to each other", all(write(errorModel, `{"$ref": "Other.json"}`), write("2021-04-07/Other.json", `{"$ref": "ErrorModel.json"}`), write("2019-02-08/Other.json", emptyObject)),
		[]string{`2021-04-07/Other.json /$ref: "ErrorModel.json": leads back to where it stands: Other.json → ErrorModel.json → Other.json`}},

	{"version without a folder", replace(versionModel, `"2019/02/08",`, `"2018/12/31", "2019/02/08",`),
		[]string{`ApiVersion.json: version 2018/12/31 is older than the oldest version folder, 2019-02-08`}},
	{"folder without a version", write("2020-01-01/ErrorModel.json", `{"type": "object"}`),
		[]string{`2020-01-01: is the folder of no version that ApiVersion.json lists`}},
	{"folder with another name", write("2021.04.07/ErrorModel.json", emptyObject),
		[]string{`2021.04.07: is used by nothing: version folders are named like 2019-02-08, and operations.json is the only file beside them`}},
	{"file in another place", write("ErrorModel.json", emptyObject),
		[]string{`ErrorModel.json: is used by nothing: version folders are named like 2019-02-08, and operations.json is the only file beside them`}},
	{"folder in a version's folder", write("2021-04-07/more/ErrorModel.json", emptyObject),
		[]string{`2021-04-07/more: is used by nothing: models stand directly in their version's folder`}},
	{"no version is listed", edit(versionModel, func(s map[string]any) { delete(s, "enum") }), []string{versionModel + ` /enum: lists no version`}},
	{"version that is not a date", replace(versionModel, `"2021/04/07"`, `"v2"`),
		[]string{versionModel + ` /enum/1: "v2": a version is a date such as 2019/02/08`, `2021-04-07: is the folder of no version that ApiVersion.json lists`}},
	{"version that is a number", replace(versionModel, `"2023/04/19"`, `20230419`), []string{versionModel + ` /enum/5: 20230419: a version is a date such as 2019/02/08`}},
	{"unused files", all(write("2021-04-07/B.json", emptyObject), write("2021-04-07/A.json", emptyObject), write("2019-02-08/C.json", emptyObject)),
		[]string{`2019-02-08/C.json: is used by nothing: neither operations.json nor a $ref names it`,
			`2021-04-07/A.json: is used by nothing: neither operations.json nor a $ref names it`, `2021-04-07/B.json: is used by nothing: neither operations.json nor a $ref names it`}},
	{"unused file", write("2021-04-07/CustomerModel.json", emptyObject),
		[]string{`2021-04-07/CustomerModel.json: is used by nothing: neither operations.json nor a $ref names it`}},

	{"misspelt required name", replace("2019-02-08/PathParameters.json", `"customer_id",`, `"custmer_id",`),
		[]string{`2019-02-08/PathParameters.json /required/0: "custmer_id": is none of the properties; did you mean customer_id?`}},
	{"no operations", remove("operations.json"), []string{`operations.json: the file is missing`}},
	{"operations not JSON", write("operations.json", "{"), []string{`operations.json:1: is not JSON: line 1, column 2: the text ends too early`}},
	{"empty operations", replace("operations.json", `"operations": [`, `"operations": [], "x": [`),
		[]string{`operations.json /operations: []: must have at least 1 item, and has 0`, `operations.json /x: [{"$comment": "P", "description": "Deactivates a customer at a location.", "method": "DELETE", "name": "Deactivate Customer", "path": "/customers/{customer_id}/…: is not a known name; known are operations, unmatched`}},
	{"operation twice", replace("operations.json", `"method": "GET"`, `"method": "DELETE"`),
		[]string{`operations.json /operations/1: DELETE /customers/{customer_id}/locations/{customer_location_id} stands in the list twice`}},
	{"misspelt member of an operation", replace("operations.json", `"served": true`, `"serves": true`),
		[]string{`operations.json /operations/0/served: is required`, `operations.json /operations/0/serves: true: is not a known name; did you mean served?`}},
	{"method in lower case", replace("operations.json", `"DELETE"`, `"delete"`), []string{`operations.json /operations/0/method: "delete": must match ^[A-Z]+$`}},
	{"path without a slash", replace("operations.json", `"/customers/{customer_id}`, `"customers/{customer_id}`),
		[]string{`operations.json /operations/0/path: "customers/{customer_id}/locations/{customer_location_id}": must match ^(/([a-z]+|\{[a-z_]+\}))+$`}},
	{"impossible status", replace("operations.json", `"200": "Dis`, `"418": "Dis`),
		[]string{`operations.json /operations/0/responses/418: "DispatchCustomerLocationModel.json": is not a known name; known are names that match ^(2[0-9][0-9]|error)$`}},
	{"model that is not a file", replace("operations.json", `"ErrorModel.json"`, `"FaultModel.json"`),
		[]string{`operations.json /operations/0/responses/error: "FaultModel.json": no version folder has such a file`}},
	{"model that is a number", replace("operations.json", `"ErrorModel.json"`, `7`),
		[]string{`operations.json /operations/0/responses/error: 7: must be null or a string`}},
	{"header model that is not a file", replace("operations.json", `"PathParameters.json"`, `"PathParameter.json"`),
		[]string{`operations.json /operations/0/path_parameters: "PathParameter.json": no version folder has such a file`}},
	{"header model with an array", edit(pathModel, func(s map[string]any) {
		s["properties"].(map[string]any)["tags"] = map[string]any{"type": "array"}
	}), flatDiagnostics()},
	{"header model with a number", replace(pathModel, `"integer"`, `"number"`), flatDiagnostics()},
	{"header model with two types", replace(pathModel, `"integer"`, `["integer", "null"]`), flatDiagnostics()},
	{"header model with another rule", edit(pathModel, func(s map[string]any) {
		s["dependencies"] = map[string]any{"customer_id": []any{"customer_location_id"}}
	}), flatDiagnostics()},
	{"header model with a time", edit(pathModel, func(s map[string]any) {
		s["properties"].(map[string]any)["since"] = map[string]any{"type": "string", "format": pastTimestamp}
	}), flatDiagnostics()},
	{"header model that is a text", write(pathModel, `{"type": "string"}`), flatDiagnostics()},
	{"header model without names", write(pathModel, emptyObject), flatDiagnostics()},

	{"no version folder", remove(realNames("2*/*.json")...),
		[]string{`.: there is no version folder: a folder named after a version, such as 2019-02-08, must hold the models`}},
	{"no meta-schema", remove("meta/schema.json"), []string{`meta/schema.json: the file is missing`}},
	{"no list of versions", remove(versionModel),
		[]string{`2019-02-08/RelaxedResponseHeadersModel.json /properties/X-API-VERSION/$ref: "ApiVersion.json": no such file in this version's folder or an older one`,
			`2019-02-08/StandardRequestHeadersModel.json /properties/x-api-version/$ref: "ApiVersion.json": no such file in this version's folder or an older one`,
			`2019-02-08/StandardResponseHeadersModel.json /properties/X-API-VERSION/$ref: "ApiVersion.json": no such file in this version's folder or an older one`}},
	{"several at once", all(write("2021-04-07/CustomerContactModel.json", "{"), edit(errorModel, func(s map[string]any) { s["typ"] = "object" }), replace(headersModel, `"maxLength"`, `"maxlength"`)),
		[]string{errorModel + ` /typ: "object": is not a known name; did you mean type?`, headersModel + ` /properties/authorization/maxlength: 256: is not a known name; did you mean maxLength?`,
			`2021-04-07/CustomerContactModel.json:1: is not JSON: line 1, column 2: the text ends too early`}},
}

// flatDiagnostics are those of the four operations that have path parameters.
func flatDiagnostics() []string {
	var diags []string
	for _, i := range []string{"0", "1", "2", "3"} {
		diags = append(diags, "operations.json /operations/"+i+"/path_parameters: "+pathModel+flatRule)
	}
	return diags
}

func realNames(pattern string) []string {
	names, err := fs.Glob(schemaFS(), pattern)
	if err != nil {
		panic(err)
	}
	return names
}

// TestSchemaDiagnostics holds that each error is refused, with file, place and rule.
func TestSchemaDiagnostics(t *testing.T) {
	t.Parallel()
	for _, c := range schemaDiagnostics {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			files := realFiles(t)
			c.change(t, files)
			contract, err := Load(files)
			var diags jsonx.Diagnostics
			if !errors.As(err, &diags) || contract != nil {
				t.Fatalf("got a contract %t and the error %v, want errors and no contract", contract != nil, err)
			}
			if got := strings.Split(diags.Error(), "\n"); !slices.Equal(got, c.want) {
				t.Errorf("got:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
		})
	}
}

// TestGoodSchemas holds what is not an error.
func TestGoodSchemas(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		change change
	}{
		{"as they are", all()},
		{"other files", all(write("README.md", "x"), write(".git/config", "x"), write("2021-04-07/notes.txt", "x"))},
		{"a version more", all(replace(versionModel, `"2023/04/19"`, `"2023/04/19", "2024/01/01"`), write("2024-01-01/ErrorModel.json", emptyObject))},
		{"a model that contains itself", edit(addressModel, func(s map[string]any) {
			s["properties"].(map[string]any)["before"] = map[string]any{"$ref": "CustomerAddressModel.json"}
		})},
		{"examples that look like references", edit(errorModel, func(s map[string]any) {
			s["examples"] = []any{map[string]any{"$ref": "x"}}
			s["properties"].(map[string]any)["$ref"] = map[string]any{"const": map[string]any{"$ref": "y"}}
		})},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			files := realFiles(t)
			c.change(t, files)
			if _, err := Load(files); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestRecursiveModel holds that a model may contain itself, and is validated to
// the depth of the value.
func TestRecursiveModel(t *testing.T) {
	t.Parallel()
	files := realFiles(t)
	write(errorModel, `{"type": "object", "additionalProperties": false, "properties": {"n": {"type": "integer"}, "next": {"$ref": "ErrorModel.json"}}}`)(t, files)
	c, err := Load(files)
	if err != nil {
		t.Fatal(err)
	}
	m := c.Model(oldest, "ErrorModel")
	depth := 100
	good := strings.Repeat(`{"n": 1, "next": `, depth) + `{}` + strings.Repeat(`}`, depth)
	if f := m.Validate(parse(t, good), "", sampleTime); len(f) > 0 {
		t.Errorf("got %v, want nothing", f)
	}
	f := m.Validate(parse(t, strings.Replace(good, "{}", `{"n": "x"}`, 1)), "", sampleTime)
	if len(f) != 1 || f[0].Pointer != strings.Repeat("/next", depth)+"/n" || f[0].Hint != "must be an integer" {
		t.Errorf("got %v, want one violation at the bottom", f)
	}
}

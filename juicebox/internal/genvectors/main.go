// Command genvectors writes juicebox/testdata/vectors: recoveries, tokens, requests, answers
// and configurations that must be taken, and ones that must be refused, one failure a file.
// It is a second writer of docs/protocol.md, and imports nothing of this project.
//
//	go run ./juicebox/internal/genvectors -o juicebox/testdata/vectors -overwrite
//
// Every key and every random number follows from a name, so each run writes the same bytes.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	dir := flag.String("o", "", "`folder` to write to")
	overwrite := flag.Bool("overwrite", false, "replace vectors that are there")
	flag.Parse()
	if err := run(*dir, *overwrite); err != nil {
		fmt.Fprintln(os.Stderr, "genvectors:", err)
		os.Exit(1)
	}
}

// A vector is one file. docs/protocol.md lists what each kind has.
type vector struct {
	name string

	Kind    string `json:"kind"`
	Expect  string `json:"expect"` // "success", or the refusal
	Comment string `json:"comment"`

	// recover, configuration
	Stanza        hexBytes       `json:"stanza,omitempty"`
	File          string         `json:"file,omitempty"`
	Configuration *configuration `json:"configuration,omitempty"`
	PIN           string         `json:"pin,omitempty"`
	Info          hexBytes       `json:"info,omitempty"`
	Time          int64          `json:"time,omitempty"`
	Records       []record       `json:"records,omitempty"`
	Blinding      hexBytes       `json:"blinding,omitempty"`
	Steps         *steps         `json:"steps,omitempty"`
	Exchanges     []exchange     `json:"exchanges,omitempty"`
	Secret        hexBytes       `json:"secret,omitempty"`
	Left          *int           `json:"left,omitempty"`
	Wait          int            `json:"wait,omitempty"`

	// token
	Token     string   `json:"token,omitempty"`
	Realm     hexBytes `json:"realm,omitempty"`
	Role      string   `json:"role,omitempty"` // also request
	OwnerSeed hexBytes `json:"owner_seed,omitempty"`
	GuessSeed hexBytes `json:"guess_seed,omitempty"`

	// request, answer
	Message hexBytes `json:"message,omitempty"`
}

type (
	record struct {
		Realm     hexBytes `json:"realm"`
		Register2 hexBytes `json:"register2"`
		Token     string   `json:"token"` // the owner's, with which it was registered
	}
	exchange struct {
		Realm      hexBytes `json:"realm"`
		URL        string   `json:"url"`
		Token      string   `json:"token"`
		Request    hexBytes `json:"request"`
		Status     int      `json:"status"`
		RetryAfter string   `json:"retry_after,omitempty"`
		Answer     hexBytes `json:"answer"`
	}
	steps struct {
		NormalPIN  hexBytes `json:"normal_pin"`
		AccessKey  hexBytes `json:"access_key"`
		Seed       hexBytes `json:"seed"`
		OPRFOutput hexBytes `json:"oprf_output"`
		UnlockKey  hexBytes `json:"unlock_key"`
		Commitment hexBytes `json:"unlock_key_commitment"`
	}
)

// hexBytes stand in JSON as hex digits.
type hexBytes []byte

func (b hexBytes) MarshalText() ([]byte, error) { return fmt.Appendf(nil, "%x", []byte(b)), nil }

func run(dir string, overwrite bool) error {
	if dir == "" {
		return errors.New("-o is missing")
	}
	var all []*vector
	for _, cases := range []func() []*vector{recoverCases, spoiledCases, tokenCases, requestCases, answerCases, configurationCases} {
		all = append(all, cases()...)
	}
	if err := prepare(dir, overwrite); err != nil {
		return err
	}
	for _, v := range all {
		if err := v.write(dir); err != nil {
			return err
		}
	}
	fmt.Printf("%d vectors written to %s\n", len(all), dir)
	return nil
}

// prepare makes the folder, or empties it if that is allowed.
func prepare(dir string, overwrite bool) error {
	there, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil {
		return err
	}
	if len(there) > 0 && !overwrite {
		return fmt.Errorf("%s holds vectors already; -overwrite replaces them", dir)
	}
	for _, path := range there {
		if err := os.Remove(path); err != nil {
			return err
		}
	}
	return os.MkdirAll(dir, 0o755)
}

func (v *vector) write(dir string) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return err
	}
	f, err := os.OpenFile(filepath.Join(dir, v.name+".json"), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err // two cases of one name
	}
	if _, err := f.Write(b.Bytes()); err != nil {
		return err
	}
	return f.Close()
}

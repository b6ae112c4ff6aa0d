package juicebox

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const threeRealms = `{"realms":[` +
	`{"id":"9e4c5d1d4f6a4d1f8a3a5a6b7c8d9e0f","address":"https://one.example/juicebox/"},` +
	`{"id":"0102030405060708090a0b0c0d0e0f10","address":"http://127.0.0.1:8080"},` +
	`{"id":"ffffffffffffffffffffffffffffffff","address":"https://three.example:8443"}],` +
	`"register_threshold":3,"recover_threshold":2,"pin_hashing_mode":"Standard2019"}`

func TestParseConfiguration(t *testing.T) {
	c, err := ParseConfiguration([]byte(threeRealms))
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Realms) != 3 || c.RegisterThreshold != 3 || c.RecoverThreshold != 2 || c.PINHashingMode != Standard2019 || c.TryingOut() {
		t.Errorf("got %+v", c)
	}
	if got := c.sorted()[0].ID.String(); got != "0102030405060708090a0b0c0d0e0f10" {
		t.Errorf("first by id is %s", got)
	}
	b, err := json.Marshal(c)
	if err != nil || string(b) != threeRealms {
		t.Errorf("written as %s, %v", b, err)
	}
	dashes := strings.Replace(threeRealms, "9e4c5d1d4f6a4d1f8a3a5a6b7c8d9e0f", "9E4C5D1D-4F6A-4D1F-8A3A-5A6B7C8D9E0F", 1)
	if again, err := ParseConfiguration([]byte(dashes)); err != nil || !cmp.Equal(again, c) {
		t.Errorf("with dashes: %+v, %v", again, err)
	}
}

// Each case replaces one thing in a good configuration.
func TestConfigurationRefused(t *testing.T) {
	for name, change := range map[string][2]string{
		"same id twice":          {"ffffffffffffffffffffffffffffffff", "0102030405060708090a0b0c0d0e0f10"},
		"short id":               {"ffffffffffffffffffffffffffffffff", "ff"},
		"hardware realm":         {`"address":"https://one`, `"public_key":"00","address":"https://one`},
		"recover 1 of 3":         {`"recover_threshold":2`, `"recover_threshold":1`},
		"recover 4 of 3":         {`"recover_threshold":2`, `"recover_threshold":4`},
		"recover 0":              {`"recover_threshold":2`, `"recover_threshold":0`},
		"register below recover": {`"register_threshold":3`, `"register_threshold":1`},
		"register 4 of 3":        {`"register_threshold":3`, `"register_threshold":4`},
		"negative":               {`"register_threshold":3`, `"register_threshold":-1`},
		"fraction":               {`"recover_threshold":2`, `"recover_threshold":2.5`},
		"unknown mode":           {"Standard2019", "Standard2020"},
		"no mode":                {"Standard2019", ""},
		"unknown field":          {`"recover_threshold":2`, `"recover_threshold":2,"x":1`},
		"http":                   {"https://one", "http://one"},
		"http at a private host": {"127.0.0.1", "10.0.0.1"},
		"http at a lookalike":    {"127.0.0.1", "127.0.0.1.example"},
		"http at no host":        {"http://127.0.0.1:8080", "http://:8080"},
		"user name":              {"https://one", "https://user@one"},
		"user name on loopback":  {"http://127.0.0.1:8080", "http://127.0.0.1:8080@evil.example"},
		"query":                  {"one.example/juicebox/", "one.example/?a=b"},
		"empty query":            {"one.example/juicebox/", "one.example/?"},
		"fragment":               {"one.example/juicebox/", "one.example/#a"},
		"empty fragment":         {"one.example/juicebox/", "one.example/#"},
		"no scheme":              {"https://one.example/juicebox/", "one.example"},
		"other scheme":           {"https://one", "ftp://one"},
		"opaque":                 {"https://one.example/juicebox/", "https:one.example"},
		"not a URL":              {"https://one.example/juicebox/", "https://one example"},
		"trailing":               {`"Standard2019"}`, `"Standard2019"} {}`},
	} {
		text := strings.Replace(threeRealms, change[0], change[1], 1)
		if text == threeRealms {
			t.Fatalf("%s: nothing changed", name)
		}
		if _, err := ParseConfiguration([]byte(text)); !errors.Is(err, ErrConfiguration) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestConfigurationErrorsHidePasswords(t *testing.T) {
	text := strings.Replace(threeRealms, "https://one.example", "https://user:hunter2@one.example:x", 1)
	if _, err := ParseConfiguration([]byte(text)); err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("got %v", err)
	}
}

func TestThresholds(t *testing.T) {
	for n := 0; n <= 5; n++ {
		for recover := 0; recover <= n+1; recover++ {
			for register := 0; register <= n+1; register++ {
				c := Configuration{make([]Realm, n), register, recover, Standard2019}
				for i := range c.Realms {
					c.Realms[i] = Realm{RealmID{byte(i)}, fmt.Sprintf("https://realm%d.example", i)}
				}
				want := 2*recover > n && recover <= register && register <= n && n > 0
				if err := c.Validate(); (err == nil) != want {
					t.Errorf("recover %d, register %d of %d: %v", recover, register, n, err)
				}
			}
		}
	}
	c := Configuration{nil, 256, 256, Standard2019}
	for i := range 256 {
		c.Realms = append(c.Realms, Realm{RealmID{byte(i)}, "https://realm.example"})
	}
	if err := c.Validate(); err == nil {
		t.Error("256 realms accepted")
	}
	c.Realms, c.RecoverThreshold, c.RegisterThreshold = c.Realms[:255], 255, 255
	if err := c.Validate(); err != nil {
		t.Errorf("255 realms: %v", err)
	}
}

func TestTryingOut(t *testing.T) {
	c := Configuration{[]Realm{{RealmID{1}, "https://one.example"}, {RealmID{2}, "embedded://two"}}, 2, 2, Standard2019}
	if err := c.Validate(); err != nil || !c.TryingOut() {
		t.Errorf("trying out %t, %v", c.TryingOut(), err)
	}
}

func TestRequestURL(t *testing.T) {
	for address, want := range map[string]string{
		"https://one.example":       "https://one.example/req",
		"https://one.example/":      "https://one.example/req",
		"https://one.example/a/b/":  "https://one.example/a/b/req",
		"https://one.example/a/b":   "https://one.example/a/req",
		"http://[::1]:80":           "http://[::1]:80/req",
		"embedded://0102":           "embedded://0102/req",
		"https://one.example/a%2f/": "https://one.example/a%2f/req",
	} {
		r, err := newRequest(t.Context(), "POST", address, "req", nil, "token")
		if err != nil || r.URL.String() != want {
			t.Errorf("%s: %v, %v, want %s", address, r.URL, err, want)
		}
	}
}

package places

import (
	"errors"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	for address, want := range map[string]error{
		"gdrive:":                         nil,
		"icloud-drive:":                   nil,
		"folder:x":                        nil,
		"webdav:https://sam@host/x":       nil,
		"ftp://host":                      ErrScheme,
		"stick":                           ErrScheme,
		"folder:":                         ErrForm,
		"nextcloud:":                      ErrForm,
		"s3:bucket/x":                     ErrForm,
		"webdav:ftp://host/x":             ErrForm,
		"s3:https://key:sesame@host/b":    ErrPassword,
		"webdav:https://sam:sesame@host/": ErrPassword,
	} {
		_, err := Parse(address)
		if !errors.Is(err, want) || err != nil && strings.Contains(err.Error(), "sesame") {
			t.Errorf("Parse(%q): %v, want %v", address, err, want)
		}
	}
}

func TestMasked(t *testing.T) {
	for address, want := range map[string]string{
		"gdrive:s…m@example.com?id=1f0c77aa":             "gdrive:s…m@example.com",
		"icloud:_1a2b3c":                                 "icloud:_…c",
		"webdav:https://samantha@host/x":                 "webdav:https://s…a@host/x",
		"webdav:https://host/x":                          "webdav:https://host/x",
		"nextcloud:https://samantha%40example.com@cloud": "nextcloud:https://s…a@example.com@cloud",
		"s3:https://AKIA0123@host/b/p?region=eu":         "s3:https://A…3@host/b/p?region=eu",
		"folder:/media/usb#marker=00":                    "folder:/media/usb",
	} {
		if got := Masked(address); got != want {
			t.Errorf("Masked(%q) = %q, want %q", address, got, want)
		}
	}
}

func TestFits(t *testing.T) {
	for _, c := range []struct {
		given, known string
		want         bool
	}{
		{"gdrive:", "gdrive:s…m@example.com?id=1f0c77aa", true},
		{"gdrive:", "dropbox:s…m@example.com?id=1f0c77aa", false},
		{"gdrive:a…x@example.com?id=00", "gdrive:s…m@example.com?id=1f0c77aa", false},
		{"nextcloud:https://cloud", "nextcloud:https://sam@cloud", true},
		{"nextcloud:https://cloud", "nextcloud:https://sam@other", false},
		{"nextcloud:https://alex@cloud", "nextcloud:https://sam@cloud", false},
		{"folder:/media/usb", "folder:/media/usb#marker=00112233445566778899aabbccddeeff", true},
		{"folder:/media/usb", "folder:/media/other", false},
		{"webdav:https://host/x", "webdav:https://sam@host/x", false},
	} {
		a, err := Parse(c.given)
		if err != nil {
			t.Fatal(err)
		}
		if got := a.Fits(c.known); got != c.want {
			t.Errorf("%q fits %q: %v", c.given, c.known, got)
		}
	}
}

func TestReadClients(t *testing.T) {
	for text, good := range map[string]bool{
		`{}`:                             true,
		`{"google": {"client_id": "a"}}`: true,
		`{"icloud": {"container": "iCloud.a", "api_token": "b"}}`:                                       true,
		`{"icloud": {"container": "iCloud.a", "api_token": "b", "callback": "http://localhost:80/"}}`:   true,
		`{"icloud": {"container": "iCloud.a"}}`:                                                         false,
		`{"icloud": {"container": "iCloud.a", "api_token": "b", "calback": "x"}}`:                       false,
		`{"icloud": {"container": "iCloud.a", "api_token": "b", "callback": "http://example.com:80/"}}`: false,
		`{"icloud": {"container": "iCloud.a", "api_token": "b", "callback": "https://127.0.0.1:443/"}}`: false,
		`{"gogle": {"client_id": "a"}}`:                                                                 false,
		`[]`:                                                                                            false,
		`{} {}`:                                                                                         false,
	} {
		if _, err := ReadClients([]byte(text)); (err == nil) != good {
			t.Errorf("%s: %v", text, err)
		}
	}
}

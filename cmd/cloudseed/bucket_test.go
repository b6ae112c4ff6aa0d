package main

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
)

// A bucket, with its secret key from a file, which is asked for once.
func TestBucket(t *testing.T) {
	w := newWorld(t)
	d := w.device()
	backend := s3mem.New()
	if err := backend.CreateBucket("bucket"); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(gofakes3.New(backend).Server())
	t.Cleanup(server.Close)
	address := "s3:" + strings.Replace(server.URL, "//", "//AKIAEXAMPLEKEY001@", 1) + "/bucket/wallet"
	w.write("secret", "hunter2hunter2")
	contains(t, d.run(2, "places", "add", "bucket", address), "missing: the password of bucket", "--password-file FILE")
	d.run(0, "places", "add", "bucket", address, "--password-file", w.file("secret"))
	list := d.run(0, "places", "list")
	contains(t, list, "bucket  S3  s3:http://A…1@127.0.0.1")
	d.backUp(0, address)
	contains(t, d.run(0, "check"), "Sam: protected")
	for _, command := range [][]string{{"places", "list", "--json"}, {"places", "list"}, {"status", "--json"}, {"check", "--json"}, {"list", "--json"}} {
		if text := d.run(0, command...); strings.Contains(text, "AKIAEXAMPLEKEY001") {
			t.Errorf("%q shows the whole access key:\n%s", command, text)
		}
	}
	if strings.Contains(readAll(t, d.data), "hunter2hunter2") {
		t.Error("the secret key can be read in the data directory")
	}
	second := w.device()
	contains(t, second.run(0, "restore", "--place", address, "--password-file", w.file("secret"), "--pin-file", w.file("pin"), "--realms", w.file("servers.json")), "Sam")
}

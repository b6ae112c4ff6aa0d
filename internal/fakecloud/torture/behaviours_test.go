package main

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"
)

// calmly is what the clouds do when nothing misbehaves.
var calmly = map[string]string{
	"Drive":    `wrote 200 , 1 more; listed 200, 200, 6 files; read 200 "bytes"; renewed 200 <nil> true`,
	"Dropbox":  `wrote 200 <nil>, 6 stored; listed 200, 200, 200, 6 files; read 200 "bytes"; renewed 200 <nil> true`,
	"OneDrive": `wrote 201, 6 and 0 stored; listed 200, 6 files; read 200 "bytes"; renewed 200 <nil> true`,
	"iCloud":   `wrote 200 <nil> refused false, 6 and 0 stored; listed 200, 6 files; read 200 "bytes"`,
}

func TestCalm(t *testing.T) {
	for name, got := range visit(t).all() {
		if got != calmly[name] {
			t.Errorf("%s: %s\nwant %s", name, got, calmly[name])
		}
	}
}

// Every behaviour is seen at the clouds that it is said to befall, at no other, and not after
// it is over.
func TestBehaviours(t *testing.T) {
	for _, b := range behaviours {
		if b.name == "slow" { // TestSlow
			continue
		}
		t.Run(b.name, func(t *testing.T) {
			v := visit(t, b.name)
			v.k.on(b.name)
			for name, got := range v.all() {
				befalls := b.where == everywhere || strings.Contains(b.where, name)
				if befalls == (got == calmly[name]) {
					t.Errorf("%s is to be befallen: %v; it did: %s", name, befalls, got)
				}
			}
			if b.early || b.name == "revoked" || b.name == "expired-tokens" { // what they took stays away
				return
			}
			v = visit(t)
			v.k.on(b.name)
			v.k.calm()
			for name, got := range v.all() {
				if got != calmly[name] {
					t.Errorf("%s, calm again: %s", name, got)
				}
			}
		})
	}
}

func TestSlow(t *testing.T) {
	v := visit(t)
	v.k.on("slow")
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	req, _ := http.NewRequestWithContext(ctx, "GET", "https://www.googleapis.com/drive/v3/files", nil)
	if resp, err := v.client.Do(req); err == nil {
		t.Errorf("answered at once: %s", resp.Status)
	}
}

// Of three requests that fit, the first is spoilt, and the fourth again.
func TestEvery(t *testing.T) {
	v := visit(t)
	v.k.every = 3
	v.k.on("down")
	got := ""
	for range 5 {
		_, _, said := v.send("GET", "https://www.googleapis.com/drive/v3/files", v.bearer("google"), "")
		got += said + " "
	}
	if got != "503 200 200 503 200 " {
		t.Errorf("got %s", got)
	}
}

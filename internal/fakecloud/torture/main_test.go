package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestArguments(t *testing.T) {
	for args, want := range map[string]string{
		"--with nonsense": `no behaviour "nonsense"`, "--every 0": "begins at 1", "down": "no flag", "--nonsense": "not defined",
		"--client nonsense": "--client", "--client s3=a:b": "--client",
	} {
		err := run(t.Context(), strings.Fields(args), strings.NewReader(""), io.Discard)
		if err == nil || !errors.As(err, new(usageError)) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", args, err, want)
		}
	}
	var out bytes.Buffer
	if err := run(t.Context(), []string{"--list"}, nil, &out); err != nil || strings.Count(out.String(), "\n") != len(behaviours) {
		t.Errorf("--list: %v\n%s", err, &out)
	}
}

// Behaviours come and go by lines of standard input, and the files are there.
func TestLines(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new")
	in, typed := io.Pipe()
	said, out := io.Pipe()
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- run(ctx, []string{"--dir", dir, "--with", "down,slow"}, in, out); out.Close() }()
	go func() {
		io.WriteString(typed, "calm\n\nnonsense\npaged-listings\nlost-answers\n")
		typed.Close()
	}()
	var all bytes.Buffer
	for buf := make([]byte, 4096); !strings.Contains(all.String(), "On: lost-answers"); {
		n, err := said.Read(buf)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(buf[:n])
	}
	go io.Copy(io.Discard, said)
	for _, want := range []string{"Behaviours: down, slow.", "Ready.", "Calm: nothing", `no behaviour "nonsense"`, "--with paged-listings"} {
		if !strings.Contains(all.String(), want) {
			t.Errorf("it did not say %q:\n%s", want, &all)
		}
	}
	for _, name := range []string{"ca.pem", "env", "rclone.conf", "icloud-token"} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", name, info, err)
		}
	}
	if stop(); <-ended != nil {
		t.Error("it did not end well")
	}
}

// Clients and redirects of other programs are taken; without any, all of this computer.
func TestClients(t *testing.T) {
	k, err := newKit("127.0.0.1:0", config{every: 1, redirects: []string{"com.example:/back"},
		clients: []string{"google=mine:secret", "dropbox=mine", "icloud=iCloud.mine:token"}})
	if err != nil {
		t.Fatal(err)
	}
	defer k.cloud.Close()
	ask := func(signIn, query string) bool {
		resp, err := k.cloud.Client().Get("https://" + k.signIns[signIn].Auth + "?response_type=code&code_challenge_method=S256&code_challenge=" + strings.Repeat("a", 43) + query)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		return resp.StatusCode == 200
	}
	for query, want := range map[string]bool{
		"&client_id=mine&redirect_uri=com.example:/back": true, "&client_id=torture-public&redirect_uri=com.example:/back": true,
		"&client_id=mine&redirect_uri=http://127.0.0.1:5/back": false, "&client_id=other&redirect_uri=com.example:/back": false,
	} {
		if got := ask("dropbox", query); got != want {
			t.Errorf("%s: %v", query, got)
		}
	}
	if !ask("google", "&client_id=mine&redirect_uri=com.example:/back&scope=https://www.googleapis.com/auth/drive.file") {
		t.Error("google refuses")
	}
}

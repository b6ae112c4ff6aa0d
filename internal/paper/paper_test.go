package paper

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/internal/peer"
	"github.com/cloudseed/cloudseed/internal/words"
	"github.com/cloudseed/cloudseed/secret"
)

// A made-up kit of the right shape; it opens nothing.
const whole = "AGE-SECRET-KEY-PQ-1QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7LQPZRY9X8GF2TVDW0S3JN54KHCE"

var facts = Facts{
	Wallet: "Žofie's <wallet>", Fingerprint: "73c5da0a", Vault: "1a2b-3c4d-5e6f", Generation: 2,
	File:    "Wallet backup - Zofie s wallet - wallet 2.age",
	Places:  []string{"Google Drive, s…m@example.com", "Folder, /media/usb"},
	Printed: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC), Program: "https://cloudseed.example", Language: words.English,
}

func kit() *Sheet {
	var blocks []secret.Text
	data := strings.TrimPrefix(whole, "AGE-SECRET-KEY-PQ-1")
	for len(data) > 0 {
		n := min(4, len(data))
		blocks, data = append(blocks, secret.Copy([]byte(data[:n]))), data[n:]
	}
	return Kit(facts, secret.Copy([]byte(whole)), blocks)
}

func TestHTML(t *testing.T) {
	for name, s := range map[string]*Sheet{"kit": kit(), "card": Card(facts)} {
		page, err := s.HTML()
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"Žofie&#39;s &lt;wallet&gt;", "73c5da0a", "1a2b-3c4d-5e6f", "s…m@example.com", "22 November 2026", "default-src &#39;none&#39;"} {
			if !bytes.Contains(page, []byte(want)) && !strings.Contains(string(page), strings.ReplaceAll(want, "&#39;", "'")) {
				t.Errorf("%s lacks %q", name, want)
			}
		}
		if loads := regexp.MustCompile(`(?i)src=|<link|<script|url\(|@import`).Find(page); loads != nil {
			t.Errorf("%s loads something: %s", name, loads)
		}
		if shown := bytes.Contains(page, []byte("QPZR")); shown != (name == "kit") {
			t.Errorf("%s shows the secret: %t", name, shown)
		}
	}
	page, _ := kit().HTML()
	for _, want := range []string{"age -d -i kit.txt BACKUP.age | tar x", "1.3 or newer", "AGE-SECRET-KEY-PQ-1<", "<small>15</small>CE"} {
		if !bytes.Contains(page, []byte(want)) {
			t.Errorf("the kit lacks %q", want)
		}
	}
}

// What a reader of QR codes sees on the printed page is the kit, whole.
func TestQROfThePrintedPage(t *testing.T) {
	pdftoppm, zbarimg := peer.Command(t, "pdftoppm"), peer.Command(t, "zbarimg")
	dir := t.TempDir()
	pdf, err := kit().PDF()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "kit.pdf")
	if err := os.WriteFile(path, pdf, 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(pdftoppm, "-r", "100", "-png", path, filepath.Join(dir, "page")).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	pages, _ := filepath.Glob(filepath.Join(dir, "page*.png"))
	if len(pages) != 1 {
		t.Fatalf("%d pages", len(pages))
	}
	out, err := exec.Command(zbarimg, "--quiet", "--raw", pages[0]).Output()
	if err != nil || strings.TrimSpace(string(out)) != whole {
		t.Errorf("it reads %q, %v", out, err)
	}
}

// The words on the PDF page are those of the web page, and a card has no secret.
func TestTextOfThePDF(t *testing.T) {
	pdftotext := peer.Command(t, "pdftotext")
	for name, s := range map[string]*Sheet{"kit": kit(), "card": Card(facts)} {
		pdf, err := s.PDF()
		if err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(pdftotext, "-", "-")
		cmd.Stdin = bytes.NewReader(pdf)
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"Žofie's <wallet>", "73c5da0a", "1a2b-3c4d-5e6f", "s…m@example.com"} {
			if !bytes.Contains(out, []byte(want)) {
				t.Errorf("%s lacks %q:\n%s", name, want, out)
			}
		}
		if shown := bytes.Contains(out, []byte("QPZR")); shown != (name == "kit") {
			t.Errorf("%s shows the secret: %t", name, shown)
		}
	}
}

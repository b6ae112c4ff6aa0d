package secret_test

import (
	"bytes"
	"encoding/gob"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"log/slog"
	"testing"

	"github.com/cloudseed/cloudseed/secret"
)

// Every way in which Go code prints or encodes a value by habit.
func TestNeverShown(t *testing.T) {
	const word = "legal winner thank"
	s := secret.Copy([]byte(word))
	holder := struct {
		S secret.Text
		P *secret.Text
		L []secret.Text

		s secret.Text // which fmt reads without asking how to print it
		p *secret.Text
	}{s, &s, []secret.Text{s}, s, &s}

	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%T", "%o", "%U", "%t"} {
		fmt.Fprintf(&out, verb, s)
		fmt.Fprintf(&out, verb, &s)
		fmt.Fprintf(&out, verb, holder)
	}
	json.NewEncoder(&out).Encode(holder)
	xml.NewEncoder(&out).Encode(s)
	gob.NewEncoder(&out).Encode(s)
	slog.New(slog.NewTextHandler(&out, nil)).Info("x", "secret", s, "holder", holder)
	slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "secret", s, "holder", holder)
	fmt.Fprint(&out, fmt.Errorf("wrapping %v", s))

	for _, form := range []string{word, fmt.Sprintf("%x", word), fmt.Sprintf("%X", word), fmt.Sprint([]byte(word)), "legal", "108 101 103", "6c 65", "154 145"} {
		if bytes.Contains(out.Bytes(), []byte(form)) {
			t.Errorf("printed in the open as %q:\n%s", form, out.String())
		}
	}
}

func TestEqualAndClear(t *testing.T) {
	a, b := secret.Copy([]byte("1234")), secret.Copy([]byte("1234"))
	if !a.Equal(b) || a.Equal(secret.Copy([]byte("1235"))) || a.Equal(secret.Text{}) {
		t.Error("Equal is wrong")
	}
	shared := a
	a.Clear()
	if !bytes.Equal(shared.Reveal(), make([]byte, 4)) {
		t.Error("Clear left bytes in a copy")
	}
}

func TestRandom(t *testing.T) {
	if a, b := secret.Random(32), secret.Random(32); a.Len() != 32 || a.Equal(b) {
		t.Error("Random is not random")
	}
}

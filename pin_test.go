package cloudseed

import (
	"errors"
	"strings"
	"testing"

	"github.com/cloudseed/cloudseed/secret"
)

func TestCheckPIN(t *testing.T) {
	for text, want := range map[string]PINWeakness{
		"": PINTooShort, "123": PINTooShort, "1111": PINRepeated, "aaaaaa": PINRepeated, "1234": PINSequence, "654321": PINSequence,
		"890123": PINSequence, "1212": PINPattern, "123123": PINPattern, "1987": PINYear, "2580": PINCommon, "PassWord": PINCommon,
		"\xff\xff\xff\xff": PINNotText, strings.Repeat("xy1", 100): PINTooLong, "１２３４５６": PINSequence,
		"4829": "", "482915": "", "correct horse": "", "9021": "",
	} {
		err := CheckPIN(secret.Copy([]byte(text)))
		var weak *WeakPINError
		if errors.As(err, &weak) != (want != "") || weak != nil && weak.Reason != want {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
	if !ShortPIN(secret.Copy([]byte("4829"))) || ShortPIN(secret.Copy([]byte("482915"))) || ShortPIN(secret.Copy([]byte("abcd"))) {
		t.Error("ShortPIN is wrong")
	}
}

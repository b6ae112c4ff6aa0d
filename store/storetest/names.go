package storetest

import (
	"slices"
	"strings"
	"testing"

	"github.com/cloudseed/cloudseed/store"
)

// odd are names that every place must keep as they are. Each has been an escape, an
// operator or a separator somewhere.
var odd = []string{
	"Wallet backup - Samantha, wallet 000001.age",
	"two  spaces", "[1] (2) {3}", "1+1", "100%", "a%2Fb", "a%20b", "a%zz", "%", "#1", "a&b", "&amp;",
	"it's", "a=b", "a;b", "a,b", "a@b", "~", "~a", "a~", "!bang", "$HOME", "^", "`id`", "_-_", "-r", "--",
	"a..b", "a.b.c", "CamelCase.AGE", "0", "'", "=", "+", "backup.tmp", "DAV:", "x.part",
	"every ! # $ % & ' ( ) + , - . 0 ; = @ A [ ] ^ _ ` a { } ~",
	strings.Repeat("long ", 23) + "12345", // 120 bytes
}

func oddNames(t testing.TB, p Place) {
	s, other := p.Open(t), p.Open(t)
	want := slices.DeleteFunc(slices.Clone(odd), func(name string) bool { return store.CheckName(name) != nil })
	for _, name := range want {
		create(t, s, name, []byte("this is "+name))
	}
	slices.Sort(want)
	if got := names(list(t, other)); !slices.Equal(got, want) {
		t.Errorf("listed %q\nwant   %q", got, want)
	}
	for _, name := range want {
		wantBytes(t, other, name, []byte("this is "+name))
	}
	for _, name := range want {
		if err := other.Delete(t.Context(), name); err != nil {
			t.Errorf("delete %q: %v", name, err)
		}
		_, err := s.Get(t.Context(), name)
		wantKind(t, "get of deleted "+name, err, store.ErrNotFound)
	}
}

// refused are names that some place cannot keep, or that lead out of it.
var refused = []string{
	"", ".", "..", "../up", "a/b", "/a", "a/", `a\b`, `..\up`, "a:b", "C:", "a*", "a?b", `a"b`, "<a", "a>", "a|b",
	" a", "a ", ".hidden", "a.", "é", "a\nb", "a\rb", "a\tb", "a\x00b", "a\x7f", "a\xff", "日本", strings.Repeat("x", 121),
}

// refusedNames calls with a context that has ended: a place that refuses for the name's
// sake has not tried to send anything.
func refusedNames(t testing.TB, p Place) {
	s := p.Open(t)
	for _, name := range refused {
		wantKind(t, "create", s.Create(ended(t), name, []byte("x")), store.ErrRefused)
		_, err := s.Get(ended(t), name)
		wantKind(t, "get", err, store.ErrRefused)
		wantKind(t, "delete", s.Delete(ended(t), name), store.ErrRefused)
		wantKind(t, "create", s.Create(t.Context(), name, []byte("x")), store.ErrRefused)
	}
	if entries := list(t, s); len(entries) != 0 {
		t.Errorf("refused names are listed: %q", names(entries))
	}
}

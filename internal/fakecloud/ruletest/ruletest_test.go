package ruletest

import "testing"

func TestFails(t *testing.T) {
	for what, c := range map[string]struct {
		f    func(t testing.TB)
		want bool
	}{
		"nothing": {func(testing.TB) {}, false},
		"a log":   {func(t testing.TB) { t.Log("x"); t.Logf("x") }, false},
		"error":   {func(t testing.TB) { t.Error("x") }, true},
		"errorf":  {func(t testing.TB) { t.Errorf("x") }, true},
		"fatal":   {func(t testing.TB) { t.Fatal("x"); t.Log("not reached") }, true},
		"fatalf":  {func(t testing.TB) { t.Fatalf("x") }, true},
		"failnow": {func(t testing.TB) { t.FailNow() }, true},
	} {
		if got := Fails(t, c.f); got != c.want {
			t.Errorf("%s: %v, want %v", what, got, c.want)
		}
	}
	after := false
	Fails(t, func(t testing.TB) { t.Fatal("x"); after = true })
	if after {
		t.Error("a test goes on after Fatal")
	}
}

// Another panic is not taken for a failure.
func TestPanics(t *testing.T) {
	defer func() {
		if recover() != "other" {
			t.Error("swallowed")
		}
	}()
	Fails(t, func(testing.TB) { panic("other") })
}

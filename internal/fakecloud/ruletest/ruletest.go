// Package ruletest shows that the tests of a fake would notice if the fake were wrong: each
// rule that it insists on is checked, and each check fails once its rule is switched off.
package ruletest

import "testing"

// Run checks every rule of all twice, each time on a new bench from start: once as the fake
// is, when the check must pass, and once with the rule off, when it must fail. A rule without
// a check, and a check without a rule, fail the test.
func Run[R ~string, B any](t *testing.T, all []R, checks map[R]func(t testing.TB, b B), start func(t testing.TB, off ...R) B) {
	t.Helper()
	listed := map[R]bool{}
	for _, rule := range all {
		if listed[rule] {
			t.Errorf("listed twice: %s", rule)
		}
		listed[rule] = true
		t.Run(string(rule), func(t *testing.T) {
			check := checks[rule]
			if check == nil {
				t.Fatal("nothing checks it")
			}
			check(t, start(t))
			if !Fails(t, func(t testing.TB) { check(t, start(t, rule)) }) {
				t.Error("the check does not notice that the rule is off")
			}
		})
	}
	for rule := range checks {
		if !listed[rule] {
			t.Errorf("checked, but not listed: %s", rule)
		}
	}
}

// Fails runs f as a test of its own and tells whether it failed.
func Fails(t testing.TB, f func(t testing.TB)) bool {
	r := &recorder{TB: t}
	r.run(f)
	return r.failed
}

// A recorder is a test that is expected to fail. What it says is nobody's concern.
type recorder struct {
	testing.TB
	failed bool
}

type stopped struct{}

func (r *recorder) run(f func(t testing.TB)) {
	defer func() {
		if p := recover(); p != nil && p != (stopped{}) {
			panic(p)
		}
	}()
	f(r)
}

func (r *recorder) Log(...any)            {}
func (r *recorder) Logf(string, ...any)   {}
func (r *recorder) Fail()                 { r.failed = true }
func (r *recorder) Error(...any)          { r.failed = true }
func (r *recorder) Errorf(string, ...any) { r.failed = true }
func (r *recorder) FailNow()              { r.failed = true; panic(stopped{}) }
func (r *recorder) Fatal(...any)          { r.FailNow() }
func (r *recorder) Fatalf(string, ...any) { r.FailNow() }
func (r *recorder) Failed() bool          { return r.failed }

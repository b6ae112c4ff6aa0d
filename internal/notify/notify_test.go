package notify

import (
	"strings"
	"testing"
	"time"
)

func TestDue(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	ago := func(hours int) time.Time { return now.Add(-time.Duration(hours) * time.Hour) }
	for _, c := range []struct {
		since, last time.Time
		want        bool
	}{
		{time.Time{}, time.Time{}, false},
		{ago(23), time.Time{}, false},
		{ago(24), time.Time{}, true},
		{ago(48), ago(23), false},
		{ago(48), ago(24), true},
	} {
		if got := (Reminder{Last: c.last}).Due(c.since, now); got != c.want {
			t.Errorf("failing since %v, notified %v: %v", c.since, c.last, got)
		}
	}
}

// No text can end a string of a script.
func TestTextsAreData(t *testing.T) {
	evil := `'); Remove-Item * #" & do shell script "rm`
	if strings.Contains(toastScript(evil, evil), "Remove-Item") {
		t.Error("the toast's script has the text in it")
	}
	line := osascript(evil, evil)
	if strings.Contains(line[2], "shell") || line[3] != evil {
		t.Errorf("%q", line)
	}
}

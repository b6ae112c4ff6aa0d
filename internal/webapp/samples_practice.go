package webapp

import (
	"github.com/cloudseed/cloudseed"

	"github.com/cloudseed/cloudseed/internal/words"
)

func practiceSamples(l *words.Language) []sample {
	d := sampleDevice()
	about := func(action string, why error) page {
		p := practicePage(l, d, action)
		if why != nil {
			p.Problem = explain(l, why)
		}
		return p
	}
	failed := func(err error) page {
		p := explain(l, err)
		return page{Title: failureTitle(p), Art: "alert", Problem: p}
	}
	return []sample{
		{"remind", "practice", about("remind", nil)},
		{"remind-wrong", "practice", about("remind", &cloudseed.WrongPINError{Left: 9})},
		{"drill", "practice", about("drill", nil)},
		{"drill-wrong", "practice", about("drill", &cloudseed.WrongPINError{Left: 9})},
		{"remind-over", "error", failed(cloudseed.ErrReminderOver)},
		{"remind-few-tries", "error", failed(cloudseed.ErrFewTries)},
		{"drill-other", "error", failed(cloudseed.ErrOtherStanza)},
		{"stranger", "error", failed(&cloudseed.StrangerError{Count: 2, Since: d.Created, Last: d.Created.AddDate(0, 0, 3)})},
	}
}

package webapp

import (
	"time"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/internal/words"
	"github.com/cloudseed/cloudseed/phrase"
	"github.com/cloudseed/cloudseed/secret"
)

// sampleWallet has the words of a well-known test vector.
func sampleWallet() *cloudseed.Wallet {
	p, err := phrase.Parse([]byte("legal winner thank year wave sausage worth useful legal winner thank yellow"))
	if err != nil {
		panic(err)
	}
	return &cloudseed.Wallet{Name: "Samantha", Phrase: p}
}

// manualSamples is the way of the words to paper.
func manualSamples(l *words.Language) []sample {
	d, wallet := sampleDevice(), sampleWallet()
	about := func(screen manualScreen, why error) page {
		p := aboutBackup(d, "Words on paper", "words", screen)
		if why != nil {
			p.Problem = explain(l, why)
		}
		return p
	}
	withPIN := manualScreen{ID: "x", Wallet: "Samantha", Tries: 10}
	before := withPIN
	before.Written = "22 November 2026, 14:05"
	shown, withPassphrase := &session{lang: l}, sampleWallet()
	shown.reveal = time.Now().Add(revealTime)
	withPassphrase.Passphrase = secret.New([]byte("a made-up passphrase"))
	sheet, err := manualSheetPage(l, wallet)
	if err != nil {
		panic(err)
	}
	order := []int{3, 10, 5, 0, 11, 8, 1, 6, 2, 9, 4, 7} // as if shuffled
	begun := tapped{order: order, used: make([]bool, 12)}
	some := tapped{order: order, used: make([]bool, 12)}
	for _, at := range []int{3, 6, 8} {
		some.tap(wallet.Phrase, at)
	}
	wrong := some
	wrong.tap(wallet.Phrase, 2)
	done := page{Title: "Your words are on paper", Art: "done", Big: true, Body: false}
	doneNew := done
	doneNew.Body = true
	return []sample{
		{"manual", "manual", page{Title: "Words on paper", Art: "words", Back: "help", Body: manualScreen{}}},
		{"manual-ready", "manual", about(manualScreen{Wallet: "Samantha", Ready: true}, nil)},
		{"manual-pin", "manual", about(withPIN, nil)},
		{"manual-pin-wrong", "manual", about(withPIN, &cloudseed.WrongPINError{Left: 9})},
		{"manual-before", "manual", about(before, nil)},
		{"manual-words-hidden", "manual-words", manualWordsPage(wallet, &session{lang: l})},
		{"manual-words-shown", "manual-words", manualWordsPage(withPassphrase, shown)},
		{"manual-sheet", "manual-sheet", sheet},
		{"manual-check", "manual-check", manualCheckPage(wallet, begun)},
		{"manual-check-some", "manual-check", manualCheckPage(wallet, some)},
		{"manual-check-wrong", "manual-check", manualCheckPage(wallet, wrong)},
		{"manual-done", "manual-done", done},
		{"manual-done-new", "manual-done", doneNew},
	}
}

// amountSamples is the amount guard in each of its states, and the tries that were spent.
func amountSamples(l *words.Language) []sample {
	holds := func(value float64) *cloudseed.Device {
		d := sampleDevice()
		if err := d.Guard.Report(cloudseed.Amount{Value: value}, sampleTime); err != nil {
			panic(err)
		}
		return d
	}
	bitcoin := sampleDevice()
	bitcoin.Guard.SetLimit(cloudseed.Amount{Value: 0.005, Currency: "BTC"})
	bitcoin.Guard.Report(cloudseed.Amount{Value: 0.00312345}, sampleTime)
	over := holds(1250)
	over.Written = sampleTime
	d := sampleDevice()
	asked := aboutBackup(d, "Tries of the PIN", "pin", triesOf(l, d, cloudseed.GuessCount{Answered: 3, Ever: 14, Left: 10}, sampleTime))
	spent := aboutBackup(d, "Tries of the PIN", "pin", triesOf(l, d, cloudseed.GuessCount{Answered: 2, Ever: 17, Left: 7, LastWrong: sampleTime}, sampleTime))
	none := aboutBackup(d, "Tries of the PIN", "pin", triesScreen{ID: "x", Wallet: d.Name, Left: tries{10, 10}, Servers: 3})
	return []sample{
		{"amount", "amount", amountPage(l, d, "", nil)},
		{"amount-fine", "amount", amountPage(l, holds(120), "", nil)},
		{"amount-nudge", "amount", amountPage(l, holds(310), "", nil)},
		{"amount-over", "amount", amountPage(l, holds(640), "", nil)},
		{"amount-over-written", "amount", amountPage(l, over, "", nil)},
		{"amount-bitcoin", "amount", amountPage(l, bitcoin, "", nil)},
		{"amount-wrong", "amount", amountPage(l, d, "a lot", cloudseed.ErrAmount)},
		{"tries-not-yet", "tries", none},
		{"tries", "tries", asked},
		{"tries-spent", "tries", spent},
	}
}

package webapp

import (
	"strings"
	"time"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/internal/paper"
	"github.com/cloudseed/cloudseed/internal/words"
	"github.com/cloudseed/cloudseed/secret"
)

// sampleKit has the shape of a kit and is none.
const sampleKit = "AGE-SECRET-KEY-PQ-1 QPZR Y9X8 GF2T VDW0 S3JN 54KH CE6M UA7L QPZR Y9X8 GF2T VDW0 S3JN 54KH CE"

func kitSamples(l *words.Language) []sample {
	about := func(status cloudseed.KitStatus, why error) page {
		p := page{Title: "Emergency kit", Art: "words", Back: "home", Body: kitScreen{Wallet: "Samantha", Status: l.ForKit(status),
			Has: status != cloudseed.KitNone, Ready: status == cloudseed.KitReady, Guesses: 10}}
		if why != nil {
			p.Problem = explain(l, why)
		}
		return p
	}
	facts := paper.Facts{Language: l, Wallet: "Samantha", Fingerprint: "73c5da0a", Vault: "4f1c-09ab-77d0", Generation: 2, File: "Wallet backup - Samantha - wallet 2.age",
		Places: []string{"Google Drive, s…m@example.com", "Folder, /media/sam/stick"}, Printed: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)}
	var blocks []secret.Text
	for _, b := range strings.Fields(sampleKit)[1:] {
		blocks = append(blocks, secret.Copy([]byte(b)))
	}
	kit := paper.Kit(facts, secret.Copy([]byte(strings.ReplaceAll(sampleKit, " ", ""))), blocks)
	code, _ := paper.SVG(l, kit.QR)
	prove := func(typed string, why error) page {
		p := page{Title: "Type the kit back", Art: "words", Back: "kit-page", Field: "kit", Body: typeKitScreen{Action: "kit-prove", Submit: "It is on paper", Wallet: "Samantha",
			Typed: typed, Lead: "From the paper, not from memory. Only then is it known to be right, and to open the backup."}}
		if why != nil {
			p.Problem = explain(l, why)
		}
		return p
	}
	restore := prove("", nil)
	restore.Title, restore.Back, restore.Stage, restore.Stages = "Type your emergency kit", "found", 3, restoreStages
	restore.Body = typeKitScreen{Action: "restore-kit", Submit: "Restore", Wallet: "Samantha", Restore: true, Lead: "The paper's id must be 4f1c-09ab-77d0. It needs no PIN, and a mistake uses nothing up."}
	return []sample{
		{"kit", "kit", about(cloudseed.KitNone, nil)},
		{"kit-wrong-pin", "kit", about(cloudseed.KitNone, &cloudseed.WrongPINError{Left: 9})},
		{"kit-not-proved", "kit", about(cloudseed.KitUnproved, nil)},
		{"kit-not-known", "kit", about(cloudseed.KitUnknown, nil)},
		{"kit-ready", "kit", about(cloudseed.KitReady, nil)},
		{"kit-page", "sheet", page{Title: kit.Title, Back: "kit", Body: sheetScreen{Sheet: kit, Code: code, Wallet: "Samantha"}}},
		{"kit-page-files", "sheet", page{Title: kit.Title, Back: "kit", Body: sheetScreen{Sheet: kit, Code: code, Wallet: "Samantha", Warn: []string{l.Kit("files")}}}},
		{"kit-prove", "type-kit", prove("", nil)},
		{"kit-prove-block", "type-kit", prove(strings.Replace(sampleKit, "54KH", "54KR", 1), &cloudseed.KitTypoError{Block: 6, Got: 58, Want: 58})},
		{"kit-prove-short", "type-kit", prove("QPZR Y9X8", &cloudseed.KitTypoError{Got: 8, Want: 58})},
		{"restore-kit", "type-kit", restore},
		{"card", "sheet", page{Title: "Recovery card", Back: "home", Body: sheetScreen{Sheet: paper.Card(facts), Wallet: "Samantha"}}},
	}
}

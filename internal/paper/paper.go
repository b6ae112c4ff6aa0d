// Package paper makes the two sheets that people print: the emergency kit, which opens a
// backup, and the recovery card, which says where it is and holds no secret.
//
// Each is made from the same [Sheet] as a web page, which needs nothing from the network,
// and as a PDF file (A4) with the fonts in it. Both stay readable in black and white and when
// folded. A kit's page holds its secret as text and as a QR code: whoever gets the page has
// the kit, so it goes to a printer and nowhere that a cloud copies. Strings that hold it
// cannot be erased from memory; the program that prints a kit should soon end.
package paper

import (
	"strings"
	"time"

	"github.com/cloudseed/cloudseed/internal/words"
	"github.com/cloudseed/cloudseed/secret"
)

// Facts are what both sheets say of a backup. None of them is a secret.
type Facts struct {
	Wallet      string   // its name
	Fingerprint string   // BIP-32 master fingerprint
	Vault       string   // the backup's id, in its short form
	Generation  int      // of the wallet's file
	File        string   // its name in the places
	Places      []string // with accounts masked: "Google Drive, s…m@example.com"
	Printed     time.Time
	Program     string // where to get this program; "" for nowhere yet
	Language    *words.Language
}

// A Sheet is one page.
type Sheet struct {
	Language *words.Language
	Title    words.Sentence // in English
	Secret   bool           // it opens the backup
	Lead     []string
	Facts    []Fact
	QR       string // "" for none
	Prefix   string // of what is typed, in front of the blocks
	Blocks   []string
	Sections []Section
}

// A Fact is one line of the table.
type Fact struct{ Name, Value string }

// A Section is a heading with steps below it. A Line is to be typed at a command prompt.
type Section struct {
	Heading string
	Steps   []string
	Line    string
	After   string
}

// Kit is the sheet of an emergency kit. text is the kit as the age command reads it, blocks
// what is typed back of it.
func Kit(f Facts, text secret.Text, blocks []secret.Text) *Sheet {
	say := f.Language.Say
	whole := string(text.Reveal())
	s := &Sheet{
		Title: "Emergency kit", Language: f.Language, Secret: true, QR: whole, Facts: f.rows(),
		Lead: []string{
			say("This paper opens the backup of a Bitcoin wallet, together with one of its files."),
			say("Whoever has this paper and such a file can take the money. It needs no PIN. Keep it where you keep what you cannot replace. Never photograph it, and keep it in no cloud: the cloud has the file already."),
		},
		Sections: []Section{
			{Heading: say("With Cloudseed"), Steps: []string{
				say("Open Cloudseed, choose Restore, and say where the backup is."),
				say("Choose “I have my emergency kit” and type the blocks above."),
			}},
			{Heading: say("Without Cloudseed"), Steps: []string{
				say("Download the file from one of the places above: %s, or one with a higher number.", f.File),
				say("Install age, version 1.3 or newer (age-encryption.org). Older versions cannot read this key."),
				say("Write AGE-SECRET-KEY-PQ-1 and all blocks, on one line and without spaces, into a file kit.txt. The code above holds that line."),
				say("In an empty folder, on a computer that you trust, type:"),
			}, Line: "age -d -i kit.txt BACKUP.age | tar x",
				After: say("The words are in wallet.json; README.txt explains the rest. Restore the wallet from them, see that it shows the fingerprint above, then delete these files.")},
			{Heading: say("If this paper is lost or seen"), Steps: []string{
				say("End this kit together with the PIN: cloudseed pin --drop-kit. Then make a new one. Files that somebody has copied stay open to this paper: move the money to a new wallet."),
			}},
		},
	}
	for _, b := range blocks {
		s.Blocks = append(s.Blocks, string(b.Reveal()))
	}
	s.Prefix = strings.TrimSuffix(whole, strings.Join(s.Blocks, ""))
	return s
}

// Card is the sheet of a recovery card.
func Card(f Facts) *Sheet {
	say := f.Language.Say
	get := say("Get Cloudseed from where you got it for the wallet's first device.")
	if f.Program != "" {
		get = say("Get Cloudseed: %s", f.Program)
	}
	return &Sheet{
		Title: "Recovery card", Language: f.Language, Facts: f.rows(),
		Lead: []string{
			say("This card says where the backup of a Bitcoin wallet is. It holds no secret and opens nothing: it may be kept anywhere, and copied."),
		},
		Sections: []Section{
			{Heading: say("To get the wallet back"), Steps: []string{
				get,
				say("Open it, choose Restore, and sign in to one of the places above."),
				say("Choose the backup with the id above. Its number should be %d or higher: a lower one is an old copy.", f.Generation),
				say("Type the PIN. It has a limited number of tries, and nobody can reset it. The wallet must then show the fingerprint above."),
			}},
			{Heading: say("If the PIN is forgotten"), Steps: []string{
				say("An emergency kit opens the backup without it, if one was printed. So do the words on paper, in any wallet. A device that still has the wallet can make a new backup."),
			}},
			{Heading: say("Beware"), Steps: []string{
				say("Nobody from Cloudseed will ever ask for the PIN, the words or the emergency kit."),
			}},
		},
	}
}

func (f Facts) rows() []Fact {
	say := f.Language.Say
	rows := []Fact{
		{say("Wallet"), f.Wallet}, {say("Fingerprint"), f.Fingerprint}, {say("Backup id"), f.Vault},
		{say("Wallet's file"), say("%s (number %d)", f.File, f.Generation)},
	}
	for i, p := range f.Places {
		name := say("Kept in")
		if i > 0 {
			name = ""
		}
		rows = append(rows, Fact{name, p})
	}
	return append(rows, Fact{say("Printed"), f.Language.Date(f.Printed)})
}

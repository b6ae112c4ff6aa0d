package words

import (
	"strconv"

	"github.com/cloudseed/cloudseed"
)

// kitWords are the sentences about the emergency kit and the recovery card, for the command,
// the app and the paper itself.
var kitWords = map[string]Sentence{
	"block":  "block {number} differs",
	"length": "there are {want} letters and digits behind AGE-SECRET-KEY-PQ-1, and {got} were typed",
	"blocks": "more than one character differs",

	"status none":       "There is no emergency kit.",
	"status not proved": "The emergency kit is not proved yet: it has not been typed back from the paper.",
	"status not known":  "There is an emergency kit that this device does not know. Type it in once, so that attached files go on being sealed to it.",
	"status ready":      "The emergency kit is ready: it was typed back from the paper, and it opened the backup.",

	"what":  "Whoever has this paper and a file of the backup can take the money. It needs no PIN and no PIN server.",
	"files": "The kit does not open the newest attached files yet. It will when they are backed up the next time; the words open them too.",
	"again": "The kit before this one goes on opening files that were sealed to it. Destroy its paper when this one is ready.",
	"prove": "Now type it back from the paper. Only then does it count.",
}

// Kit is a sentence about the emergency kit.
func (l *Language) Kit(name string) string { return l.Say(kitWords[name]) }

// ForKit says how far the emergency kit can be relied on.
func (l *Language) ForKit(s cloudseed.KitStatus) string { return l.Say(kitWords["status "+string(s)]) }

// kitTypo says where a typed kit differs, as a part of a sentence.
func (l *Language) kitTypo(e *cloudseed.KitTypoError) string {
	name := "blocks"
	switch {
	case e.Block > 0:
		name = "block"
	case e.Got != e.Want:
		name = "length"
	}
	return l.fill(kitWords[name], "number", strconv.Itoa(e.Block), "want", strconv.Itoa(e.Want), "got", strconv.Itoa(e.Got))
}

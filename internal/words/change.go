package words

// A Change names a change of the PIN by its reason: "" for none in particular, "stolen",
// "kit" and "servers".
type Change struct {
	Title  Sentence // of the page that asks for the PIN from before
	Lead   Sentence
	Doing  Sentence // while it runs
	Submit Sentence // the last button
	Done   Sentence // when all is done
}

var changes = map[string]Change{
	"": {
		"Change the PIN",
		"First the PIN from before. Then you choose the new one and type it twice.",
		"Changing the PIN", "Change the PIN", "The PIN is changed"},
	"stolen": {
		"End the PIN now",
		"The PIN from before ends as soon as one place has the backup with the new one. It does not wait for the others.",
		"Ending the PIN", "End the old PIN", "The old PIN is ended"},
	"kit": {
		"End the emergency kit",
		"The kit ends together with the PIN that it was made under. Choose a new PIN; afterwards you can make a new kit.",
		"Ending the kit", "End the kit and the PIN", "The old kit and PIN are ended"},
	"servers": {
		"Use other PIN servers",
		"The wallet is sealed again for the new PIN servers. What the old ones hold ends when every place has the new backup.",
		"Moving to other PIN servers", "Move to them", "The PIN servers are changed"},
}

// ForChange puts a reason into words. One that nobody knows is none in particular.
func ForChange(why string) Change {
	if c, ok := changes[why]; ok {
		return c
	}
	return changes[""]
}

// SamePIN refuses the PIN from before as the new one.
func (l *Language) SamePIN() Message {
	return Message{Code: "same-pin", What: l.Say("That is the PIN from before."), Safe: l.Say("Nothing was changed."), Next: l.Say("Choose another one.")}
}

// OldPIN says what became of the PIN from before. ended: it opens nothing any more. left:
// something that was made under it is still somewhere. lagging: a place has no backup with
// the new PIN yet. stolen: it was to end at once.
func (l *Language) OldPIN(ended, left, lagging, stolen bool) string {
	switch {
	case ended && left:
		return l.Say("The PIN from before opens nothing any more. A file of it is still in a place, and is removed later.")
	case ended:
		return l.Say("The PIN from before opens nothing any more, in no place.")
	case lagging && !stolen:
		return l.Say("The PIN from before still works: a place does not have the new backup yet. It ends when every place has it.")
	case lagging:
		return l.Say("The PIN from before may still work: no place has the new backup yet, or too few PIN servers answered.")
	}
	return l.Say("The PIN from before still works: too few PIN servers answered to end it.")
}

// NotTheName says that something else was typed than the name of the wallet to delete.
func (l *Language) NotTheName(name string) Message {
	return Message{Code: "not-confirmed", What: l.Say("That is not the wallet's name."), Safe: l.Say("Nothing was deleted."), Next: l.Say("To delete it, type “%s”.", name)}
}

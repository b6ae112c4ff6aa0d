package words

// Part names a part of a backup, by envelope.Part.
func (l *Language) Part(part string) string {
	if part == "files" {
		return l.Say("Attached files")
	}
	return l.Say("Wallet")
}

var opens = map[string]Sentence{
	"pin":         "Opens with your PIN.",
	"old pin":     "Made for an older PIN, which opens it only if that was not ended.",
	"newer pin":   "Made for a newer PIN, by another device.",
	"files":       "The newest. Opens with the wallet, or with the words.",
	"files older": "Older. Opens with the words.",
}

// Opens says what opens one version: "pin", "old pin", "newer pin", "files", "files older".
func (l *Language) Opens(name string) string { return l.Say(opens[name]) }

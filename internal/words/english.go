package words

// english is the table. Plain words, short sentences, nobody blamed.
var english = table{
	errors: map[string]row{
		Unexpected: {
			"Something unexpected happened.",
			"Nothing that was verified before has been removed.",
			"Try again; if it stays, please report it with the log."},

		// Creating and opening.
		"no-place": {
			"No place to keep the backup in was given.",
			"Nothing was changed.",
			"Name a place, such as --place folder:/media/usb."},
		"name": {
			"A wallet's name has 1 to 60 characters.",
			"Nothing was changed.",
			"Choose another name."},
		"amount": {
			"This is no amount of money that can be compared.",
			"Nothing was changed.",
			"Give a number such as 250, in the currency of the limit."},
		"no-backup": {
			"No backup was found. Every place was looked at completely.",
			"Nothing was changed.",
			"Try another account or another place."},
		"could-not-look": {
			"Could not look everywhere: {place}.",
			"There may be a backup there. Nothing was changed.",
			"Mend what is listed and look again, or try another place."},
		"incomplete": {
			"The backup is sealed, but not verified in every place: {place}.",
			"Where it was verified it is safe. Nothing older was removed.",
			"Mend what is listed, then run the backup again: it goes on where it stopped."},
		"unsaved": {
			"The backup was made, but this computer could not write down how far it has come.",
			"What was verified is safe. Nothing was removed that is still needed.",
			"Look whether this computer's disk is full, then run the backup again: it goes on where it stopped."},
		"undone": {
			"An interrupted backup was taken back.",
			"Nothing was kept from it, in no place. Older backups are untouched.",
			"Make the backup again."},
		"kit-unknown": {
			"There is an emergency kit that this computer does not know. A new PIN would end it.",
			"Nothing was changed.",
			"Type the kit in first (cloudseed kit --prove), or end it (cloudseed pin --drop-kit)."},
		"not-changed": {
			"An interrupted change of the PIN was taken back.",
			"The backup is as it was: it opens with the PIN from before.",
			"Change the PIN again."},
		"old-pin": {
			"The new PIN works. The one before it still opens what was made under it.",
			"The backup is safe with both. Nothing was removed.",
			"Run the backup again later: it ends the old PIN as soon as enough PIN servers answer."},
		"replaced": {
			"This backup was taken over by {device}{when}.",
			"It is safe: the newer one is in {place}. This device writes nothing more.",
			"Go on there. To make this device the one again: cloudseed restore --take-over."},
		"fork": {
			"This backup was renewed here and by {device} at the same time{when}.",
			"Both are kept: what was made here and what is in {place}, each with its own PIN. Nothing was deleted.",
			"Decide for one: cloudseed restore --take-over, with the PIN that is to stay."},
		"conflict": {
			"The attached files were written here and by {device} at the same time{when}.",
			"Nothing was overwritten: theirs is in {place} as “{file}”. Nothing more is written until you decide.",
			"To keep the files of this device: cloudseed backup --keep-mine --file FILE. To take theirs: cloudseed restore --take-theirs --out DIR."},
		"rolled-back": {
			"The place shows an older state than it did before.",
			"Nothing was overwritten. Other places are not affected.",
			"Back up again to put the newest there, and look at that account: somebody may have restored an old copy of it."},
		"not-replaced": {
			"No newer backup of another device was seen in every place.",
			"Nothing was changed.",
			"Look at what is listed with: cloudseed list."},
		"place-there": {
			"The backup is in a place of that name already.",
			"Nothing was changed.",
			"Look at it with: cloudseed check."},
		"place-not-used": {
			"The backup is in no place of that name.",
			"Nothing was changed.",
			"See its places with: cloudseed status."},
		"last-place": {
			"It is the only place that the backup was seen in.",
			"Nothing was changed.",
			"Add another place first, or delete the backup: cloudseed delete."},
		"deleting": {
			"This backup is being deleted.",
			"Nothing is written for it any more.",
			"Finish deleting it, then make a new backup."},
		"not-deleted": {
			"Not everything is deleted yet.",
			"What is listed may still be there. Nothing is written for this backup any more.",
			"Mend what is listed, then delete it again: it goes on where it stopped."},
		"changed": {
			"Something else stands where the backup was.",
			"It was not touched. Other places are not affected.",
			"Look at that place. A new backup goes beside it."},
		"wrong-pin": {
			"Wrong PIN, {left} left.",
			"The backup is safe. After the last wrong try it can no longer be opened with a PIN.",
			"Try again with care. Nobody can reset the PIN."},
		"weak-pin": {
			"This PIN is too easy to guess: {reason}.",
			"Nothing was changed.",
			"Choose 6 digits or more that others would not try first."},
		"stranger": {
			"Somebody else has tried the PIN of this backup: you on another device, or a stranger who has got the file.",
			"The backup is safe as long as the PIN is not guessed. Nothing was reset, so no tries were given away.",
			"If it was not you: choose a new PIN (cloudseed pin), and change the password of the cloud that holds the file."},
		"meanwhile": {
			"Somebody else tried the PIN at the same moment.",
			"The backup is safe. Nothing was reset.",
			"Look again now (cloudseed check)."},
		"not-counted": {
			"Not asked: too few PIN servers could say whether somebody else has tried the PIN.",
			"The backup is safe, and no try was spent.",
			"Try again later."},
		"same-pin": {
			"This is the PIN from before, and somebody else may be trying it.",
			"Nothing was changed.",
			"Choose another PIN."},
		"few-tries": {
			"Half of the tries or fewer are left: too few to practise with.",
			"The backup is safe. The tries that are left are kept for a real restore.",
			"Choose a new PIN (cloudseed pin). With the recovery phrase that needs no try (--phrase-file)."},
		"reminder-over": {
			"The PIN was typed wrong twice. That is enough for today.",
			"The backup is safe. The tries that are left are kept.",
			"Try again tomorrow. If you have forgotten it, choose a new one with the recovery phrase (cloudseed pin --phrase-file FILE)."},
		"other-stanza": {
			"This place holds another backup of this wallet than this computer made.",
			"Nothing was opened, and the PIN was not sent anywhere.",
			"Look again (cloudseed check): another device of yours may have made it. If none has, do not type your PIN for it."},
		"no-tries": {
			"No tries are left. The PIN servers have destroyed their shares.",
			"The backup is still there, but no PIN opens it any more.",
			"Use the recovery phrase if you wrote it down, or make a new backup on a device that still has the wallet."},
		"no-record": {
			"The PIN servers have no record of this backup.",
			"The file is whole, but it cannot be opened with a PIN. It may belong to an older PIN.",
			"Choose a newer backup, or make a new one on a device that still has the wallet."},
		"elsewhere": {
			"This backup was for trying out. Its PIN servers are inside another computer.",
			"The file is whole. It opens only on the computer that made it, with the same data directory.",
			"Restore it there, or make a backup with real PIN servers (--realms FILE)."},
		"pin-servers": {
			"Not enough PIN servers answered.",
			"The backup is safe, and no try was counted that is not shown.",
			"Check the network and try again later."},
		"pin-servers-unsafe": {
			"The PIN servers named are not safe to ask.",
			"Nothing was sent to them. Nothing was changed.",
			"Use https addresses and more than half of the servers as the number needed. If a backup names them, do not trust that file."},
		"pin-servers-busy": {
			"The PIN servers ask to wait, because of wrong tries.",
			"The backup is safe.",
			"Wait {wait}, then try again."},
		"unknown-pin-servers": {
			"This backup names PIN servers that this computer does not know.",
			"No PIN was sent to them. Nothing was changed.",
			"Compare them with what you used. If they are right, name them with --realms FILE, or say --accept-realms."},
		"pin-servers-file": {
			"The list of PIN servers cannot be used.",
			"Nothing was changed.",
			"Check the list (--realms FILE). It must be a Juicebox configuration in JSON, with https addresses, and each server once."},
		"pin-server-no-record": {
			"The PIN server has no record of this backup.",
			"Enough other PIN servers may have theirs.",
			"Look again later. If it stays, make the backup again."},
		"pin-server-refused": {
			"The PIN server refused this device's key.",
			"The backup is safe.",
			"Check this computer's clock, then try again."},
		"pin-server-newer": {
			"The PIN server wants a newer Cloudseed.",
			"The backup is safe.",
			"Install the newest Cloudseed."},
		"pin-server-offline": {
			"Could not reach the PIN server.",
			"The backup is safe.",
			"Check the network and try again later."},
		"pin-server-protocol": {
			"The PIN server does not keep to the protocol.",
			"The backup is safe. Nothing it said was believed.",
			"Try again later. If it stays, tell whoever runs it."},
		"not-a-backup": {
			"This file is not a Cloudseed backup.",
			"Nothing was changed.",
			"Choose another file or another place."},
		"newer-format": {
			"This backup was made by a later version of Cloudseed.",
			"It is untouched, and very likely fine.",
			"Install the newest Cloudseed and try again."},
		"damaged": {
			"The backup file is damaged: it was cut short or changed.",
			"This copy cannot be used. Copies in other places and older ones may be whole.",
			"Restore from another place, or from an older copy."},
		"too-large": {
			"The attached files are too large for a backup.",
			"Nothing was changed.",
			"Attach fewer or smaller files: 3 MiB together, 64 files at most."},

		"bad-file": {
			"An attached file is of a kind that a backup must not hold.",
			"Nothing was changed.",
			"Attach single, ordinary files. A live Lightning channel database must not be restored from an old copy: attach the static channel backup."},
		"dangerous-file": {
			"One of the attached files must not be restored from an old copy: it can lose money.",
			"Nothing was changed.",
			"Attach the static channel backup (channel.backup) in its place, not the live database."},
		"no-wallet-part": {
			"There are attached files, but not the wallet they belong to.",
			"The files are untouched. The recovery phrase opens them.",
			"Look for the wallet's own file in another place."},
		"wrong-kit": {
			"This emergency kit belongs to another backup.",
			"Nothing was changed, and nothing is used up by trying.",
			"Compare the backup's id on the paper with the one shown here."},
		"kit-typed": {
			"The emergency kit is not typed as it stands on the paper: {reason}.",
			"Nothing was changed, and nothing is used up by trying.",
			"Compare it with the paper, block by block, and type it again."},
		"other-wallet": {
			"These words belong to another wallet.",
			"Nothing was changed.",
			"Give the words of this wallet, with its passphrase if it has one."},
		"needs-pin": {
			"This device can do that only with the PIN.",
			"Nothing was changed.",
			"Give the PIN instead of the words."},
		"old-files": {
			"These attached files were made under a PIN that had been replaced.",
			"They were left out. They are still in the place.",
			"If you need them, open them with the recovery phrase."},
		"wrong-key": {
			"The key that the PIN gave does not open this file.",
			"The file is untouched. Copies in other places and older ones may open.",
			"Restore from another place, or from another backup in the list."},

		// Recovery phrases.
		"phrase-count": {
			"A recovery phrase has 12, 15, 18, 21 or 24 words, not {count}.",
			"Nothing was changed.",
			"Check for missing or doubled words."},
		"phrase-word": {
			"Word {number} is not in the {language} word list.",
			"Nothing was changed.",
			"Check how word {number} is written."},
		"phrase-checksum": {
			"These words do not belong together: the checksum is wrong.",
			"Nothing was changed.",
			"Compare each word and their order with what you wrote down. One is wrong, or two are swapped."},
		"phrase-ambiguous": {
			"This phrase is right in more than one language: {languages}.",
			"Nothing was changed. The wallet is the same either way.",
			"Say which one with --language."},
		"phrase-numbering": {
			"The numbers before the words do not count them.",
			"Nothing was changed.",
			"Number the words from 1, each once, or leave the numbers out."},
		"phrase-language": {
			"There is no word list of that language.",
			"Nothing was changed.",
			"Choose one of: english, japanese, korean, spanish, chinese_simplified, chinese_traditional, french, italian, czech, portuguese."},
		"phrase-entropy": {
			"A recovery phrase cannot stand for that many bytes.",
			"Nothing was changed.",
			"Use 16, 20, 24, 28 or 32 bytes."},

		// Places.
		"signed-out": {
			"The sign-in to {place} has ended or was refused.",
			"What is stored there is untouched.",
			"Sign in again (cloudseed places add NAME). If it has a password, check that and the user name (--password-file)."},
		"consent": {
			"The permission for {place} is missing.",
			"What is stored there is untouched.",
			"Sign in again, and tick the box for the files that Cloudseed makes. It sees no other file of yours."},
		"not-found": {
			"The file is no longer in {place}.",
			"Other places are not affected.",
			"Make the backup again, or use another place."},
		"exists": {
			"A file of that name is already in {place}.",
			"It was not touched.",
			"Try again. If it stays, choose another name or another place."},
		"full": {
			"There is no room left in {place}.",
			"What is stored there is untouched.",
			"Make room there or choose another place, then try again."},
		"busy": {
			"The place {place} asks to wait.",
			"What is stored there is untouched.",
			"Wait {wait}, then try again."},
		"offline": {
			"Could not reach {place}.",
			"What is stored there is untouched.",
			"Check the network and the address, then try again."},
		"gone": {
			"The folder of {place} is not there.",
			"What is on the medium is untouched.",
			"Connect the drive, or make the folder, then try again."},
		"refused": {
			"The place {place} refused.",
			"What is stored there is untouched.",
			"Check its address and your rights there, or choose another place."},
		"corrupt": {
			"What {place} holds is not what was stored.",
			"That copy cannot be trusted. Other places are not affected.",
			"Check that place for trouble, and use another one meanwhile."},

		// Signing in.
		"sign-in-cancelled": {
			"Signing in to {place} was cancelled.",
			"Nothing was changed.",
			"Try again, or choose another place."},
		"sign-in-timed-out": {
			"Nobody finished signing in to {place}.",
			"Nothing was changed.",
			"Try again; the page of the provider waits about five minutes."},
		"wrong-account": {
			"This is another account: {got}, not {want}.",
			"The account that was known stays as it was. What is stored there is untouched.",
			"Sign in as {want}. To use the other account as well, add it as a place of its own."},
		"no-client-id": {
			"Nobody can sign in to {provider} yet: there is no client id.",
			"Nothing was changed.",
			"Make one at {console} and put it into the file of client ids (--client-ids FILE, or clients.json in the data directory). docs/providers.md says how, step by step."},
		"client-id": {
			"The client id of this program was refused by {place}.",
			"What is stored there is untouched.",
			"Check the file of client ids: the id may be mistyped, deleted, or made for another kind of program."},
		"sign-in-not-kept": {
			"The sign-in to {place} could not be kept on this computer.",
			"What is stored there is untouched.",
			"Unlock the keychain, or make room on the disk, then sign in again."},

		// This computer's own memory.
		"profile-locked": {
			"Cloudseed is already running with this data directory.",
			"Nothing was changed.",
			"Close the other one, or choose another directory with --data DIR."},
		"profile-newer": {
			"A later version of Cloudseed wrote {name}.",
			"It was left as it is. The backups are not affected.",
			"Install the newest Cloudseed."},
		"profile-unreadable": {
			"Could not read {name}.",
			"It was left as it is. The backups are not affected.",
			"Mend the file, or choose another directory with --data DIR."},
		"profile-write": {
			"Could not write {name}.",
			"What was there before is whole. The backups are not affected.",
			"Check the free space and your rights there."},
		"profile-read-only": {
			"The data directory was opened for reading only.",
			"Nothing was changed.",
			"This is a mistake in the program. Please report it."},
		"place-name": {
			"A place's name has 1 to 60 characters and no colon.",
			"Nothing was changed.",
			"Choose another name."},
		"place-taken": {
			"Another place is already called {name}.",
			"Nothing was changed.",
			"Choose another name, or remove that place first."},
		"password-not-kept": {
			"The keychain of this computer could not keep or give the password of {name}.",
			"What is stored there is untouched.",
			"Unlock the keychain, or make room on the disk, then try again."},
		"no-such-place": {
			"No place is called {name}.",
			"Nothing was changed.",
			"See the names with: cloudseed places list."},
	},

	weakness: map[string]Sentence{
		"fewer than 4 characters":  "it has fewer than 4 characters",
		"more than 256 characters": "it has more than 256 characters",
		"not valid text":           "it is not valid text",
		"one character repeated":   "it is one character over and over",
		"a run such as 123456":     "it just counts up or down",
		"a pattern such as 121212": "it is a pattern over and over",
		"among the most used":      "it is among those that people use most",
		"a year":                   "it is a year",
	},

	steps: map[string]stepWords{
		"look":      {"Look at {where}", "Looking at {where}", "Looked at {where}"},
		"register":  {"Give the PIN servers their shares", "Giving the PIN servers their shares", "The PIN servers have their shares"},
		"prove":     {"Prove that the PIN opens it", "Proving that the PIN opens it", "Your PIN opens it: proved"},
		"seal":      {"Seal it on this device", "Sealing it on this device", "Sealed on this device"},
		"upload":    {"Put it into {where}", "Putting it into {where}", "{where} has accepted it"},
		"read back": {"Read it back from {where}", "Reading it back from {where}", "Read back from {where}: the same, byte for byte"},
		"search":    {"Search {where}", "Searching {where}", "Searched {where}"},
		"ask":       {"Ask the PIN servers for their records", "Asking the PIN servers for their records", "The PIN servers have their records"},
		"count":     {"Ask the PIN servers who has tried the PIN", "Asking the PIN servers who has tried the PIN", "The PIN servers have said how often the PIN was tried"},
		"open":      {"Ask the PIN servers", "Asking the PIN servers", "The PIN is right"},
		"verify":    {"Check what was opened", "Checking what was opened", "Checked: it is this wallet, whole"},
		"files":     {"Open the attached files", "Opening the attached files", "Looked for attached files"},
		"retire":    {"End the PIN before", "Ending the PIN before", "The PIN before opens nothing any more"},
		"receipt":   {"Leave word in {where} that it was opened here", "Leaving word in {where} that it was opened here", "{where} holds word that it was opened here"},
		"copy":      {"Copy the newer backup to {where}", "Copying the newer backup to {where}", "{where} has the newer backup, read back"},
		"prune":     {"Remove old versions from {where}", "Removing old versions from {where}", "Only the last versions are kept in {where}"},
		"sweep":     {"Remove the old file from {where}", "Removing the old file from {where}", "Removed the old file from {where}"},

		"delete retire": {"Delete the records at the PIN servers", "Deleting the records at the PIN servers", "No copy opens with the PIN any more"},
		"delete sweep":  {"Delete it from {where}, and look again", "Deleting it from {where}, and looking again", "Nothing of it is left in {where}"},
	},

	states: map[string]stateWords{
		"protected": {
			"Protected",
			"It was seen in every place and at enough PIN servers, not long ago.",
			"Nothing to do. Look again now and then."},
		"trying out": {
			"Trying out",
			"The PIN servers are inside this computer. They live and die with it: if it is lost, the backup cannot be opened.",
			"Name real PIN servers with --realms FILE, then make the backup again."},
		"unfinished": {
			"Not finished",
			"It has not been verified in every place yet.",
			"Run the backup again: it goes on where it stopped."},
		"replaced": {
			"Taken over",
			"Another device has taken this backup over. This one writes nothing more.",
			"Go on there, or take over again: cloudseed restore --take-over."},
		"undecided": {
			"Decide",
			"Two devices have written this backup at the same time. Both are kept, and nothing more is written.",
			"Look again with cloudseed check: it says what you can choose."},
		"deleting": {
			"Being deleted",
			"Something of it may be left. Nothing is written for it any more.",
			"Delete it again: it goes on where it stopped."},
		"queued": {
			"Queued",
			"Your computer's own copy of the cloud has it. Whether the cloud itself has it cannot be seen from here.",
			"Look for the file in the cloud from another device, or add a second place."},
		"stranger": {
			"Somebody tried the PIN",
			"The PIN servers have counted tries that this computer did not make: you on another device, or a stranger who has got the file.",
			"If it was not you: choose a new PIN (cloudseed pin), and change the password of the cloud that holds the file."},
		"waiting": {
			"Waiting",
			"After wrong tries the PIN servers take no PIN for a while. The backup is there.",
			"Wait, then look again now."},
		"out of date": {
			"Out of date",
			"Nobody has looked for a while.",
			"Look again now."},
		"needs you": {
			"Needs you",
			"A place or too many PIN servers failed at the last look.",
			"See what is listed, mend it, then look again."},
		"": {
			"Not backed up",
			"There is no backup of a wallet from this computer yet.",
			"Make one: cloudseed backup."},
	},

	// {servers} is a number of PIN servers, {tries} the tries that a person has.
	holders: map[string]holderWords{
		"place":               {"Your cloud provider, or a thief of its login", "Has the sealed file and can use up the {tries}. Cannot read it without the PIN. Can delete it."},
		"realm":               {"The operator of {servers}", "Has a part of the key, but never gets the file."},
		"realm and place":     {"That operator together with the cloud", "Has the file and a part of the key, and can try some PINs at the other servers."},
		"realm and place can": {"That operator together with the cloud", "Has enough PIN servers to try PINs as fast as they like: a PIN of 6 digits falls in minutes. Only a long sentence stands."},
		"realms":              {"The operators of {servers} together", "Have enough parts of the key, but never get the file."},
		"realms and place":    {"The operators of {servers} and the cloud together", "Can try PINs as fast as they like: a PIN of 6 digits falls in minutes. Only a long sentence stands."},
		"kit and place":       {"Whoever has your emergency kit and the file", "Can read it, without PIN and without PIN servers. Keep the paper safe."},
		"computer":            {"Whoever gets this computer's disk and the file", "The PIN servers are on this disk. They can try PINs as fast as they like."},
		"device":              {"A thief of an unlocked device", "Has the wallet that is on it. Can delete the backup, but not open it."},
		"malware":             {"Software that watches you type", "Sees the PIN and the words, like anybody behind your shoulder."},
		"us":                  {"The makers of Cloudseed", "Have nothing. They could only do harm with a bad update."},
	},

	verdicts: map[string]Sentence{
		"cannot":  "cannot open it",
		"guesses": "only by guessing: {guesses}",
		"can":     "can open it",
	},

	kinds: map[string]Sentence{
		"folder":       "Folder",
		"webdav":       "WebDAV",
		"nextcloud":    "Nextcloud",
		"s3":           "S3",
		"gdrive":       "Google Drive",
		"dropbox":      "Dropbox",
		"onedrive":     "OneDrive",
		"icloud":       "iCloud",
		"icloud-drive": "iCloud Drive",
	},

	signIns: map[string]Sentence{
		"":          "Allow what is asked there.",
		"gdrive":    "Google asks with a box whether Cloudseed may keep its own files. Tick it: without it nothing can be stored. No other file of yours is seen.",
		"dropbox":   "Cloudseed gets a folder of its own below Apps. No other file of yours is seen.",
		"onedrive":  "Cloudseed gets a folder of its own below Apps. No other file of yours is seen.",
		"icloud":    "Tick “Keep me signed in” there, or the sign-in ends with this session.",
		"nextcloud": "Your server gives Cloudseed a password of its own, which you can take back there, under Settings, Security.",
	},

	languages: map[string]Sentence{
		"english": "English", "japanese": "Japanese", "korean": "Korean", "spanish": "Spanish",
		"chinese_simplified": "simplified Chinese", "chinese_traditional": "traditional Chinese",
		"french": "French", "italian": "Italian", "czech": "Czech", "portuguese": "Portuguese",
	},

	counts: map[string]Sentence{
		"try": "%d tries", "place": "%d places", "word": "%d words", "time": "%d times",
		"file": "%d files", "PIN server": "%d PIN servers", "PIN": "%d PINs",
	},

	texts: map[string]Sentence{
		"the place":        "the place",
		"embedded-server":  "inside this computer ({id})",
		"trying-out":       "This is for trying out: the PIN servers are inside this computer, and die with it.",
		"redirect":         "Address to register there: {address}",
		"fork":             "{place} holds two different files called “{file}”, which two devices wrote at the same time; everybody who reads takes the same one, and nothing was deleted.",
		"another-device":   "another device",
		"when":             " on {time}",
		"beside":           "Something else has the plain name in {place}; it was not touched, and this backup stands beside it as “{file}”.",
		"behind":           "{place} shows generation {generation}, another place has {newest}: it has not arrived there, or the place has gone back.",
		"lacks":            "{place} lacks what another place has.",
		"opened-elsewhere": "Opened on {device} on {time}.",
		"released":         "Nothing more is written to {place} for it.",
		"released-old":     "What is left in {place} was made for a PIN from before, and dies with that.",
		"released-new":     "What is left in {place} opens with the PIN until that is changed.",
		"nearest":          "Nearest words: {words}.",
		"failed-look":      "The last look at {place} failed.",
		"short-pin":        "A PIN of fewer than 6 digits is allowed, but easier to guess.",
		"failing-title":    "The backup of {wallet} needs you",
		"failing":          "It has not worked for more than a day. What was verified before is safe. Open Cloudseed to see what to do.",
		"failing-file":     "A file that is to be backed up cannot be read for more than a day. What was backed up of it is safe.",
		"amount unknown":   "Nobody has said how much the wallet holds. This backup is meant for at most {limit}.",
		"amount fine":      "This backup is meant for such amounts: at most {limit}.",
		"amount nudge":     "The wallet holds {half} or more. Think of a stronger way before it is {limit}: words on paper or steel, or a hardware wallet.",
		"amount step up":   "The wallet holds {limit} or more: too much for a backup that a PIN opens. Move the money to a hardware wallet or a multisig wallet, or write the words on paper or steel and keep them apart. The backup goes on working.",
		"everyday":         "For everyday amounts, not for savings.",
		"both-needed":      "To open it you need both a file from one of your places and your PIN.",
		"no-reset":         "Nobody can reset the PIN.",
		"move-funds":       "Copies that were downloaded before cannot be called back. Move the money to a new wallet.",
	},
}

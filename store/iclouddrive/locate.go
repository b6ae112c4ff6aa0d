package iclouddrive

import (
	"strings"

	"github.com/cloudseed/cloudseed/store"
)

// locate says where a system has iCloud Drive, and where new files can be written first:
// both below the folder of the user, so that they are on one volume.
func locate(goos string, getenv func(string) string) (drive, staging string, err error) {
	switch goos {
	case "darwin":
		home := strings.TrimRight(getenv("HOME"), "/")
		if home == "" {
			break
		}
		return home + "/Library/Mobile Documents/com~apple~CloudDocs", home + "/Library/Caches/Cloudseed/iCloud Drive", nil
	case "windows":
		home := strings.TrimRight(getenv("USERPROFILE"), `\`)
		if home == "" {
			break
		}
		local := strings.TrimRight(getenv("LOCALAPPDATA"), `\`)
		if local == "" {
			local = home + `\AppData\Local`
		}
		return home + `\iCloudDrive`, local + `\Cloudseed\iCloud Drive`, nil
	default:
		return "", "", store.Errorf("open", "", store.ErrRefused, "there is no iCloud Drive for %s", goos)
	}
	return "", "", store.Errorf("open", "", store.ErrGone, "the folder of the user is not known")
}

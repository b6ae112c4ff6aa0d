package realm

import "strings"

// supported tells whether a client's version (semantic versioning) is 0.2 or later.
func supported(version string) bool {
	version, _, _ = strings.Cut(version, "+")
	version, _, _ = strings.Cut(version, "-")
	parts := strings.Split(version, ".")
	if len(parts) != 3 {
		return false
	}
	var numbers [3]uint64
	for i, part := range parts {
		number, err := parseVersion(part)
		if err != nil {
			return false
		}
		numbers[i] = number
	}
	return numbers[0] > 0 || numbers[1] >= 2
}

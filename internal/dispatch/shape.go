package dispatch

// Shape returns a tree of all members that a record can have in version v. What
// is no list is null; each list has one item.
func Shape(v Version) Tree {
	t := Tree{}
	new(CustomerLocation).walk(&members{pass: list, tree: t})
	ToVersion(t, v)
	return t
}

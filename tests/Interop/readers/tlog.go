// Reads a log by its public addresses with the code of Go's checksum database, which knows nothing of ours: sumdb/note for
// key and signature, sumdb/tlog for hashes, proofs and tiles. Says what it checked, or what is wrong and exits 1.
//
//	tlog URL VKEY
package main

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const width = 256

var server string

func main() {
	server = os.Args[1]
	if err := audit(os.Args[2]); err != nil {
		fmt.Println("FAIL", err)
		os.Exit(1)
	}
}

func audit(vkey string) error {
	tree, err := checkpoint(vkey)
	if err != nil {
		return err
	}
	stored, leaves, err := walk(tree)
	if err != nil {
		return err
	}
	tiles, err := compareTiles(tree, stored)
	if err != nil {
		return err
	}
	included, err := inclusions(tree, stored, leaves)
	if err != nil {
		return err
	}
	consistent, err := consistencies(tree, stored)
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(map[string]interface{}{
		"size": tree.N, "tiles": tiles, "inclusions": included, "consistencies": consistent, "refused": refused,
	})
}

func checkpoint(vkey string) (tlog.Tree, error) {
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return tlog.Tree{}, err
	}
	text, err := get("/log/checkpoint")
	if err != nil {
		return tlog.Tree{}, err
	}
	opened, err := note.Open(text, note.VerifierList(verifier))
	if err != nil {
		return tlog.Tree{}, fmt.Errorf("checkpoint: %v", err)
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != verifier.Name() {
		return tlog.Tree{}, fmt.Errorf("checkpoint: %q", opened.Text)
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, err
	}
	root, err := tlog.ParseHash(lines[2])
	return tlog.Tree{N: size, Hash: root}, err
}

// Hashes kept as Go keeps them: every finished subtree, in the order in which they are finished.
type hashes []tlog.Hash

func (h hashes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	read := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		read[i] = h[index]
	}
	return read, nil
}

// walk derives the tree from the entries.
func walk(tree tlog.Tree) (hashes, []tlog.Hash, error) {
	var stored hashes
	var leaves []tlog.Hash
	for first := int64(0); first < tree.N; first += width {
		tile := tlog.Tile{H: 8, L: -1, N: first / width, W: min(width, tree.N-first)}
		bundle, err := get(path(tile))
		if err != nil {
			return nil, nil, err
		}
		for i := 0; i < tile.W; i++ {
			if len(bundle) < 2 || len(bundle) < 2+int(binary.BigEndian.Uint16(bundle)) {
				return nil, nil, fmt.Errorf("%s: too short", path(tile))
			}
			end := 2 + int(binary.BigEndian.Uint16(bundle))
			leaf := tlog.RecordHash(bundle[2:end])
			bundle = bundle[end:]
			more, err := tlog.StoredHashesForRecordHash(first+int64(i), leaf, stored)
			if err != nil {
				return nil, nil, err
			}
			stored, leaves = append(stored, more...), append(leaves, leaf)
		}
		if len(bundle) != 0 {
			return nil, nil, fmt.Errorf("%s: too long", path(tile))
		}
	}
	if root, err := tlog.TreeHash(tree.N, stored); err != nil || root != tree.Hash {
		return nil, nil, fmt.Errorf("entries: their root is not the signed one (%v)", err)
	}
	return stored, leaves, nil
}

// compareTiles reads every tile twice: as bytes that must be those of our entries, and through Go's authenticating reader.
func compareTiles(tree tlog.Tree, stored hashes) (int, error) {
	tiles := tlog.NewTiles(8, 0, tree.N)
	for _, tile := range tiles {
		served, err := get(path(tile))
		if err != nil {
			return 0, err
		}
		if derived, err := tlog.ReadTileData(tile, stored); err != nil || !bytes.Equal(served, derived) {
			return 0, fmt.Errorf("%s: not what the entries give (%v)", path(tile), err)
		}
	}
	reader := tlog.TileHashReader(tree, remote{})
	for n := int64(0); n < tree.N; n += 1 + tree.N/50 {
		if _, err := tlog.ProveRecord(tree.N, n, reader); err != nil {
			return 0, fmt.Errorf("tiles: %v", err)
		}
	}
	return len(tiles), nil
}

type remote struct{}

func (remote) Height() int                     { return 8 }
func (remote) SaveTiles([]tlog.Tile, [][]byte) {}
func (remote) ReadTiles(tiles []tlog.Tile) (data [][]byte, err error) {
	for _, tile := range tiles {
		served, err := get(path(tile))
		if err != nil {
			return nil, err
		}
		data = append(data, served)
	}
	return data, nil
}

type proof struct{ Hashes []tlog.Hash }

func inclusions(tree tlog.Tree, stored hashes, leaves []tlog.Hash) (int, error) {
	checked := 0
	for _, size := range sizes(tree) {
		root, err := tlog.TreeHash(size, stored)
		if err != nil {
			return 0, err
		}
		for _, index := range []int64{0, 1, 254, 255, 256, 257, 511, 4096, 65535, 65536, size / 5, size / 3, size / 2, size - 2, size - 1} {
			if index < 0 || index >= size {
				continue
			}
			var p proof
			if err := getJSON(fmt.Sprintf("/v1/ledger/proofs/inclusion?index=%d&size=%d", index, size), &p); err != nil {
				return 0, err
			}
			if err := tlog.CheckRecord(p.Hashes, size, root, index, leaves[index]); err != nil {
				return 0, fmt.Errorf("inclusion of %d in %d: %v", index, size, err)
			}
			checked++
			for _, altered := range alterations(p.Hashes) {
				if err := refuse(tlog.CheckRecord(altered, size, root, index, leaves[index])); err != nil {
					return 0, err
				}
			}
			if err := refuse(tlog.CheckRecord(p.Hashes, size, root, index, flip(leaves[index]))); err != nil {
				return 0, err
			}
		}
	}
	return checked, nil
}

func consistencies(tree tlog.Tree, stored hashes) (int, error) {
	checked, all := 0, sizes(tree)
	for i, from := range all {
		for _, to := range all[i+1:] {
			old, err := tlog.TreeHash(from, stored)
			if err != nil {
				return 0, err
			}
			grown, err := tlog.TreeHash(to, stored)
			if err != nil {
				return 0, err
			}
			var p proof
			if err := getJSON(fmt.Sprintf("/v1/ledger/proofs/consistency?from=%d&to=%d", from, to), &p); err != nil {
				return 0, err
			}
			if err := tlog.CheckTree(p.Hashes, to, grown, from, old); err != nil {
				return 0, fmt.Errorf("consistency of %d and %d: %v", from, to, err)
			}
			checked++
			for _, altered := range alterations(p.Hashes) {
				if err := refuse(tlog.CheckTree(altered, to, grown, from, old)); err != nil {
					return 0, err
				}
			}
			if err := refuse(tlog.CheckTree(p.Hashes, to, grown, from, flip(old))); err != nil {
				return 0, err
			}
		}
	}
	return checked, nil
}

// sizes are those around the tiles' boundaries, and some between; ascending.
func sizes(tree tlog.Tree) []int64 {
	var some []int64
	for _, size := range []int64{1, 2, 3, 7, 255, 256, 257, 300, 511, 512, 513, 4097, 20000, 50001, 65535, 65536, 65537, 65792, 65793, tree.N} {
		if size <= tree.N && (len(some) == 0 || size > some[len(some)-1]) {
			some = append(some, size)
		}
	}
	return some
}

var refused int

func refuse(err error) error {
	if err == nil {
		return fmt.Errorf("an altered proof was taken")
	}
	refused++
	return nil
}

// alterations leave a hash out, put one in, or flip a bit of each.
func alterations(p []tlog.Hash) (altered [][]tlog.Hash) {
	altered = append(altered, append([]tlog.Hash{{}}, p...), append(append([]tlog.Hash{}, p...), tlog.Hash{}))
	for i := range p {
		altered = append(altered, append(append([]tlog.Hash{}, p[:i]...), p[i+1:]...))
		flipped := append([]tlog.Hash{}, p...)
		flipped[i] = flip(p[i])
		altered = append(altered, flipped)
	}
	return altered
}

func flip(hash tlog.Hash) tlog.Hash {
	hash[17] ^= 4
	return hash
}

// path is tlog-tiles' path of a tile: Go's, without the height, and with its own word for the entries.
func path(tile tlog.Tile) string {
	return "/log/" + strings.Replace(strings.Replace(tile.Path(), "tile/8/", "tile/", 1), "tile/data/", "tile/entries/", 1)
}

func get(path string) ([]byte, error) {
	response, err := http.Get(strings.TrimSuffix(server, "/") + path)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, 32<<20))
	if err == nil && response.StatusCode != 200 {
		err = fmt.Errorf("%s: %s", path, response.Status)
	}
	return body, err
}

func getJSON(path string, into *proof) error {
	body, err := get(path)
	if err != nil {
		return err
	}
	return json.Unmarshal(body, into)
}

func min(a int, b int64) int {
	if int64(a) < b {
		return a
	}
	return int(b)
}

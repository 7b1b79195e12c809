// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

/// @title Proofs that a leaf is in a log's tree (RFC 6962 §2.1, RFC 9162 §2.1), with SHA-256
library Rfc6962 {
    /// @dev RFC 6962 §2.1: a leaf is hashed behind 0x00 and a node behind 0x01. Without that a node's 64 bytes could be
    /// shown as a leaf (second preimage).
    function leafHash(bytes calldata entry) internal pure returns (bytes32) {
        return sha256(abi.encodePacked(bytes1(0x00), entry));
    }

    function nodeHash(bytes32 left, bytes32 right) internal pure returns (bytes32) {
        return sha256(abi.encodePacked(bytes1(0x01), left, right));
    }

    /// @notice Whether the leaf stands at this index of the tree of this size and root.
    /// @dev RFC 9162 §2.1.3.2, step by step. A path has at most 64 hashes, since each takes a bit of the last index.
    function includes(bytes32 root, uint64 size, uint64 index, bytes32 leaf, bytes32[] calldata path)
        internal
        pure
        returns (bool)
    {
        // Step 1.
        if (index >= size) return false;
        // Step 2.
        uint64 node = index;
        uint64 last = size - 1;
        // Step 3.
        bytes32 hash = leaf;
        // Step 4.
        for (uint256 i = 0; i < path.length; ++i) {
            if (last == 0) return false;
            if (node & 1 == 1 || node == last) {
                hash = nodeHash(path[i], hash);
                // A right edge without a sibling of its own is the same node on the levels above. This ends: node was odd,
                // or it is the last node, which is not 0 here.
                while (node & 1 == 0) {
                    node >>= 1;
                    last >>= 1;
                }
            } else {
                hash = nodeHash(hash, path[i]);
            }
            node >>= 1;
            last >>= 1;
        }
        // Step 5.
        return last == 0 && hash == root;
    }
}

// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Rfc6962} from "./ledger/Rfc6962.sol";

/// @title Checkpoints of transparency logs, kept where their log cannot change them
/// @notice Anybody may anchor anything under its own address: an anchor means as much as one trusts its submitter. What is
/// anchored once stays, so a log that shows two trees of one size can be caught by anyone.
/// @dev Storage is part of the format (docs/formats/contracts.md): auditors check it offline by `eth_getProof`. Slot 0 and
/// slot 1 stay what they are.
contract CheckpointAnchor {
    /// @dev One slot: the root is in `_roots`.
    struct Latest {
        uint64 size;
        uint64 time;
    }

    /// @dev Slot 0: submitter → origin → size → root. Never changes once it is set.
    mapping(address submitter => mapping(bytes32 origin => mapping(uint64 size => bytes32 root))) private _roots;
    /// @dev Slot 1: submitter → origin → size and time of the last checkpoint.
    mapping(address submitter => mapping(bytes32 origin => Latest)) private _latest;

    event CheckpointAnchored(address indexed submitter, bytes32 indexed origin, uint64 size, bytes32 root);

    /// @notice The tree of size 0 proves nothing and is not anchored.
    error SizeIsZero();
    /// @notice A root of zeros is what an absent root reads as.
    error RootIsZero();
    /// @notice A larger tree is anchored already.
    error SizeMustGrow(uint64 anchored, uint64 submitted);
    /// @notice Another tree of this size is anchored: the log has forked, or the sender is not whom it should be.
    error RootDiffers(uint64 size);

    /// @notice Anchors a checkpoint under the sender's address. The same again changes nothing and is no error, so that a
    /// sender that does not know whether it was heard may repeat.
    /// @param origin SHA-256 of the log's origin line, UTF-8, without a newline (C2SP tlog-checkpoint).
    function submit(bytes32 origin, uint64 size, bytes32 root) external {
        if (size == 0) revert SizeIsZero();
        if (root == 0) revert RootIsZero();
        mapping(uint64 => bytes32) storage roots = _roots[msg.sender][origin];
        bytes32 anchored = roots[size];
        if (anchored == root) return;
        if (anchored != 0) revert RootDiffers(size);
        Latest storage last = _latest[msg.sender][origin];
        if (size < last.size) revert SizeMustGrow(last.size, size);

        roots[size] = root;
        (last.size, last.time) = (size, uint64(block.timestamp));
        emit CheckpointAnchored(msg.sender, origin, size, root);
    }

    /// @notice The last checkpoint: zeros if there is none. The time is that of the block, in Unix seconds.
    function latest(address submitter, bytes32 origin) external view returns (uint64 size, uint64 time, bytes32 root) {
        Latest storage last = _latest[submitter][origin];
        (size, time) = (last.size, last.time);
        root = _roots[submitter][origin][size];
    }

    /// @notice The root that was anchored at this size, or 0.
    function rootAt(address submitter, bytes32 origin, uint64 size) external view returns (bytes32) {
        return _roots[submitter][origin][size];
    }

    /// @notice Whether these bytes are entry number `index` of the log whose checkpoint of this size the submitter anchored.
    /// @param path The inclusion proof's hashes, from the leaf upwards (RFC 6962 §2.1.1).
    function proves(
        address submitter,
        bytes32 origin,
        uint64 size,
        uint64 index,
        bytes calldata entry,
        bytes32[] calldata path
    ) external view returns (bool) {
        bytes32 root = _roots[submitter][origin][size];
        return root != 0 && Rfc6962.includes(root, size, index, Rfc6962.leafHash(entry), path);
    }
}

// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

/// @title The bytes of a ledger entry, the leaf of the log's tree (docs/formats/log.md)
library LedgerEntry {
    /// @notice What the contracts look at. Texts are held as their Keccak-256, to be compared with a text that is expected.
    struct Facts {
        bytes32 stream;
        bytes32 kind;
        uint64 recordedAt;
        bytes32 payloadDigest;
    }

    /// @notice These bytes are no entry.
    error MalformedEntry();

    uint256 private constant MAX_LENGTH = 65_535;
    /// @dev 23:59:59.999999 on 31 December 9999, in Unix microseconds: the log knows no later time.
    uint64 private constant LAST_TIME = 253_402_300_799_999_999;

    /// @notice Reads an entry of version 1 or 2. Every byte has one meaning: each text ends where its length says, nothing is
    /// read past the end, and nothing may follow the digest.
    /// @dev A stream and a kind are compared to plain ASCII afterwards, so their characters are not looked at here; neither
    /// are the actor's, which says nothing on a chain.
    function parse(bytes calldata entry) internal pure returns (Facts memory facts) {
        if (entry.length > MAX_LENGTH || entry.length == 0) revert MalformedEntry();
        bytes1 version = entry[0];
        if (version != 0x01 && version != 0x02) revert MalformedEntry();

        // Version and event id.
        uint256 offset = 17;
        (facts.stream, offset) = _text(entry, offset);
        // Stream version.
        offset += 8;
        (facts.kind, offset) = _text(entry, offset);
        // Schema.
        offset += 2;
        facts.recordedAt = uint64(bytes8(_take(entry, offset, 8)));
        if (facts.recordedAt > LAST_TIME) revert MalformedEntry();
        offset += 8;
        // Actor.
        (, offset) = _text(entry, offset);
        if (version == 0x02) {
            // Correlation and causation: of zeros alone it would be an entry of version 1, and one entry has one form.
            if (_take(entry, offset, 32) == 0) revert MalformedEntry();
            offset += 32;
        }
        facts.payloadDigest = _take(entry, offset, 32);
        if (offset + 32 != entry.length) revert MalformedEntry();
    }

    function _text(bytes calldata entry, uint256 offset) private pure returns (bytes32 hash, uint256 end) {
        uint256 length = uint16(bytes2(_take(entry, offset, 2)));
        end = offset + 2 + length;
        if (length == 0 || end > entry.length) revert MalformedEntry();
        hash = keccak256(entry[offset + 2:end]);
    }

    /// @dev Up to 32 bytes; what is right of them is to be cut off by the caller.
    function _take(bytes calldata entry, uint256 offset, uint256 length) private pure returns (bytes32) {
        if (offset + length > entry.length) revert MalformedEntry();
        return bytes32(entry[offset:offset + length]);
    }
}

// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

/// @title Entries as docs/formats/log.md has them, field by field
library Entries {
    struct Fields {
        uint8 version;
        bytes stream;
        uint64 streamVersion;
        bytes kind;
        uint16 schema;
        uint64 recordedAt;
        bytes actor;
        bytes16 correlation;
        bytes16 causation;
        bytes32 digest;
    }

    function plain(bytes memory stream, bytes memory kind, uint64 recordedAt) internal pure returns (Fields memory) {
        return Fields(1, stream, 0, kind, 1, recordedAt, "system", 0, 0, keccak256("a digest"));
    }

    function write(Fields memory it) internal pure returns (bytes memory) {
        bytes memory head = abi.encodePacked(
            it.version, bytes16(keccak256(it.stream)), uint16(it.stream.length), it.stream, it.streamVersion
        );
        bytes memory body = abi.encodePacked(
            uint16(it.kind.length), it.kind, it.schema, it.recordedAt, uint16(it.actor.length), it.actor
        );
        bytes memory cause = it.version == 2 ? abi.encodePacked(it.correlation, it.causation) : bytes("");
        return abi.encodePacked(head, body, cause, it.digest);
    }

    /// @dev What is written once in a name, by another way than the contracts' own: digit by digit.
    function hexOf(bytes memory data) internal pure returns (bytes memory text) {
        bytes memory digits = "0123456789abcdef";
        for (uint256 i = 0; i < data.length; ++i) {
            text = bytes.concat(text, digits[uint8(data[i]) / 16], digits[uint8(data[i]) % 16]);
        }
    }

    function decimalOf(uint256 number) internal pure returns (bytes memory) {
        bytes memory last = abi.encodePacked(uint8(48 + number % 10));
        return number < 10 ? last : bytes.concat(decimalOf(number / 10), last);
    }
}

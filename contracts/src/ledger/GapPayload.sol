// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {LowerHex} from "./LowerHex.sol";

/// @title The payload of `outage-logged`: JSON in one fixed layout, so that a chain can read it
library GapPayload {
    /// @notice These bytes are not the payload of an outage of this broadcast.
    error MalformedGap();

    /// @dev {"broadcast":"<32>","from":"<16>","until":"<16>"}
    uint256 private constant LENGTH = 101;
    uint256 private constant FROM = 56;
    uint256 private constant UNTIL = 83;

    /// @notice First and last moment of the outage, in Unix milliseconds.
    function parse(bytes calldata payload, bytes16 broadcast) internal pure returns (uint64 from, uint64 until) {
        if (payload.length != LENGTH) revert MalformedGap();
        from = LowerHex.read64(bytes16(payload[FROM:FROM + 16]));
        until = LowerHex.read64(bytes16(payload[UNTIL:UNTIL + 16]));
        // Written again to the same bytes: so no other layout means the same.
        if (keccak256(payload) != keccak256(write(broadcast, from, until)) || from >= until) revert MalformedGap();
    }

    function write(bytes16 broadcast, uint64 from, uint64 until) internal pure returns (bytes memory) {
        return abi.encodePacked(
            '{"broadcast":"',
            LowerHex.write(uint128(broadcast), 32),
            '","from":"',
            LowerHex.write(from, 16),
            '","until":"',
            LowerHex.write(until, 16),
            '"}'
        );
    }
}

// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {LedgerEntry} from "../../src/ledger/LedgerEntry.sol";
import {Rfc6962} from "../../src/ledger/Rfc6962.sol";

/// @title The libraries with doors of their own, for vectors that speak of leaf hashes
contract Readers {
    function parse(bytes calldata entry) external pure returns (LedgerEntry.Facts memory) {
        return LedgerEntry.parse(entry);
    }

    function leafHash(bytes calldata entry) external pure returns (bytes32) {
        return Rfc6962.leafHash(entry);
    }

    function includes(bytes32 root, uint64 size, uint64 index, bytes32 leaf, bytes32[] calldata path)
        external
        pure
        returns (bool)
    {
        return Rfc6962.includes(root, size, index, leaf, path);
    }
}

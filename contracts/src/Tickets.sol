// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {BroadcastOwnership} from "./BroadcastOwnership.sol";
import {CheckpointAnchor} from "./CheckpointAnchor.sol";
import {OutageClaims} from "./tickets/OutageClaims.sol";
import {Refunds} from "./tickets/Refunds.sol";
import {Sales} from "./tickets/Sales.sol";
import {TransferRules} from "./tickets/TransferRules.sol";
import {Vouchers} from "./tickets/Vouchers.sol";

/// @title Tickets to broadcasts, whose money waits until the broadcast was
/// @notice A ticket is an ERC-721: refund and entitlement belong to one ticket, and go with it. Nobody administers this
/// contract, and it cannot be changed.
contract Tickets is Vouchers, TransferRules, Refunds, OutageClaims {
    constructor(BroadcastOwnership ownership_, CheckpointAnchor anchor_)
        ERC721("LiveLedger Tickets", "SEAT")
        EIP712("LiveLedger Tickets", "1")
        Sales(ownership_, anchor_)
    {}

    function _update(address to, uint256 ticket, address auth)
        internal
        override(ERC721, TransferRules)
        returns (address)
    {
        return super._update(to, ticket, auth);
    }
}

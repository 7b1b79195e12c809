// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

/// @notice A sale's course. It refunds or settles, never both.
enum SaleState {
    None,
    Open,
    Started,
    Refunding,
    Settled
}

/// @notice A share of the proceeds, in 1/10000.
struct Payee {
    address to;
    uint16 share;
}

/// @notice What a sale promises. It never changes. Times are Unix seconds.
struct Terms {
    bytes16 broadcast;
    // SHA-256 of the origin line of the log that speaks for this broadcast, and who anchors its checkpoints.
    bytes32 origin;
    address submitter;
    // An ERC-20, or zero for the chain's own coin.
    address currency;
    uint128 price;
    uint32 supply;
    uint64 saleOpens;
    uint64 saleCloses;
    uint64 starts;
    uint64 startDeadline;
    uint64 ends;
    uint64 claimDeadline;
    // 0 never, 1 until `starts`, 2 always.
    uint8 transfers;
    // Of the face value, in 1/10000.
    uint16 transferFee;
    bool voucherOnly;
}

/// @notice A broadcaster's signed word (EIP-712) that a buyer may have a ticket at this price.
struct Voucher {
    uint256 sale;
    address buyer;
    address currency;
    uint128 price;
    uint256 nonce;
    uint64 deadline;
}

/// @notice That an entry is in the log at this index, by the checkpoint of this size.
struct Inclusion {
    uint64 size;
    uint64 index;
    bytes entry;
    bytes32[] path;
}

/// @notice An outage: its entry, and the payload whose salted digest the entry holds.
struct Gap {
    Inclusion inclusion;
    bytes16 salt;
    bytes payload;
}

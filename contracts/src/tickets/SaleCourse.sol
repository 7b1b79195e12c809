// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {LedgerEntry} from "../ledger/LedgerEntry.sol";
import {LowerHex} from "../ledger/LowerHex.sol";
import {Sales} from "./Sales.sol";
import {Inclusion, SaleState, Terms} from "./TicketTypes.sol";

/// @title How a sale goes on: started or missed, cancelled or settled
/// @notice Nothing here asks who sends it, except a cancellation: nobody can hold a refund up, or a payout.
abstract contract SaleCourse is Sales {
    bytes32 private constant BROADCAST_STARTED = keccak256("broadcast-started");
    /// @dev How long before its schedule a broadcast may go live and be meant by the sale.
    uint256 private constant EARLY = 1 days;

    event SaleStarted(uint256 indexed sale);
    event SaleRefunding(uint256 indexed sale, bool cancelled);
    event SaleSettled(uint256 indexed sale, uint256 proceeds);

    error TooEarly(uint256 sale, uint64 after_);
    error TooLate(uint256 sale, uint64 until);
    /// @notice No checkpoint of this sale's log holds that entry there.
    error NotInTheLog(uint64 size, uint64 index);
    /// @notice The entry is in the log, and says something else.
    error EntryDiffers(uint64 index);
    /// @notice It was recorded more than a day before the schedule: that was another start than the tickets are for.
    error StartedTooEarly(uint64 recordedAt);

    /// @notice Shows that the broadcast has started: its `broadcast-started` is in an anchored checkpoint.
    function proveStart(uint256 sale, Inclusion calldata started) external nonReentrant {
        Sale storage found = _requireState(sale, SaleState.Open);
        if (block.timestamp > found.terms.startDeadline) revert TooLate(sale, found.terms.startDeadline);
        uint64 recordedAt =
            _logged(found.terms, started, _streamOf("broadcast/", found.terms.broadcast), BROADCAST_STARTED).recordedAt;
        // Else a minute of test picture, months ahead, would pay out what nobody ever saw. An entry has microseconds.
        if (recordedAt + EARLY * 1e6 < uint256(found.terms.starts) * 1e6) revert StartedTooEarly(recordedAt);
        found.state = SaleState.Started;
        emit SaleStarted(sale);
    }

    /// @notice Nobody has shown a start in time: the tickets are refunded.
    function startMissed(uint256 sale) external nonReentrant {
        Sale storage found = _requireState(sale, SaleState.Open);
        if (block.timestamp <= found.terms.startDeadline) revert TooEarly(sale, found.terms.startDeadline);
        found.state = SaleState.Refunding;
        emit SaleRefunding(sale, false);
    }

    /// @notice The broadcaster gives the money back: what outages have not paid already.
    function cancel(uint256 sale) external nonReentrant {
        Sale storage found = _existing(sale);
        if (_broadcasterOf(found.terms.broadcast) != msg.sender) revert NotTheBroadcaster(msg.sender);
        if (found.state != SaleState.Open && found.state != SaleState.Started) revert SaleIs(sale, found.state);
        if (block.timestamp > found.terms.claimDeadline) revert TooLate(sale, found.terms.claimDeadline);
        found.state = SaleState.Refunding;
        emit SaleRefunding(sale, true);
    }

    /// @notice The time for claims is over: what is left is the payees'.
    function settle(uint256 sale) external nonReentrant {
        Sale storage found = _requireState(sale, SaleState.Started);
        if (block.timestamp <= found.terms.claimDeadline) revert TooEarly(sale, found.terms.claimDeadline);
        found.state = SaleState.Settled;
        uint256 proceeds = escrowOf(sale);
        _release(sale, proceeds);
        _split(found, proceeds);
        emit SaleSettled(sale, proceeds);
    }

    /// @dev Reads an entry that is in the sale's log and is of this stream and kind.
    function _logged(Terms storage terms, Inclusion calldata shown, bytes memory stream, bytes32 kind)
        internal
        view
        returns (LedgerEntry.Facts memory facts)
    {
        if (!anchor.proves(terms.submitter, terms.origin, shown.size, shown.index, shown.entry, shown.path)) {
            revert NotInTheLog(shown.size, shown.index);
        }
        facts = LedgerEntry.parse(shown.entry);
        if (facts.stream != keccak256(stream) || facts.kind != kind) revert EntryDiffers(shown.index);
    }

    function _streamOf(string memory prefix, bytes16 broadcast) internal pure returns (bytes memory) {
        return abi.encodePacked(prefix, LowerHex.write(uint128(broadcast), 32));
    }
}

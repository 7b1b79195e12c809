// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";
import {GapPayload} from "../ledger/GapPayload.sol";
import {LedgerEntry} from "../ledger/LedgerEntry.sol";
import {LowerHex} from "../ledger/LowerHex.sol";
import {SaleCourse} from "./SaleCourse.sol";
import {Gap, Inclusion, SaleState, Terms} from "./TicketTypes.sol";

/// @title Money back for outages that the log tells of
/// @notice A ticket is paid for the part of its broadcast in which nothing was broadcast, if it was watching before that.
abstract contract OutageClaims is SaleCourse {
    bytes32 private constant OUTAGE_LOGGED = keccak256("outage-logged");
    bytes32 private constant SESSION_OPENED = keccak256("ticket-session-opened");
    uint256 private constant MAX_GAPS = 64;
    /// @dev In a second: schedules are in seconds, gaps in milliseconds.
    uint64 private constant MILLISECONDS = 1_000;

    event OutagePaid(uint256 indexed ticket, address indexed holder, uint256 amount, uint64 until);

    error TooManyGaps(uint256 gaps);
    /// @notice The session must be recorded before the gap, and stand before it in the log.
    error SessionNotBefore(uint64 session, uint64 gap);
    /// @notice This payload is not what the entry commits to.
    error PayloadDiffers(uint64 index);
    error NothingOwed(uint256 ticket);

    /// @notice Pays the holder for outages, in the order of time: a gap pays for what is later than all that was claimed,
    /// and what is earlier cannot be claimed after it.
    /// @param session A `ticket-session-opened` of this ticket: before the outage, so that none is opened because of it.
    /// @param gaps Entries `outage-logged` of this broadcast with their payloads.
    function claimOutages(uint256 ticket, Inclusion calldata session, Gap[] calldata gaps, address to)
        external
        nonReentrant
        returns (uint256 amount)
    {
        _requireHolder(ticket);
        Ticket storage claimed = _tickets[ticket];
        uint256 sale = claimed.sale;
        Terms storage terms = _requireState(sale, SaleState.Started).terms;
        if (block.timestamp > terms.claimDeadline) revert TooLate(sale, terms.claimDeadline);
        if (gaps.length > MAX_GAPS) revert TooManyGaps(gaps.length);

        uint64 until;
        (amount, until) = _add(ticket, terms, session, gaps);
        // Of a gift, or too short for the smallest coin.
        if (amount == 0) revert NothingOwed(ticket);

        claimed.claimedUntil = until;
        // At most the face in all: no moment between start and end counts twice, and each gap is rounded down.
        claimed.paid += uint128(amount);
        _release(sale, amount);
        emit OutagePaid(ticket, msg.sender, amount, until);
        _pay(terms.currency, to, amount);
    }

    /// @dev What the gaps come to together, and until when is claimed then.
    function _add(uint256 ticket, Terms storage terms, Inclusion calldata session, Gap[] calldata gaps)
        private
        view
        returns (uint256 amount, uint64 until)
    {
        uint64 watching = _logged(terms, session, _ticketStream(ticket), SESSION_OPENED).recordedAt;
        bytes memory outages = _streamOf("outage/", terms.broadcast);
        until = _tickets[ticket].claimedUntil;
        for (uint256 i = 0; i < gaps.length; ++i) {
            (uint64 from, uint64 to) = _gap(terms, gaps[i], outages);
            // Microseconds beside milliseconds; in 256 bits, since a gap may say any time.
            if (session.index >= gaps[i].inclusion.index || watching > uint256(from) * 1_000) {
                revert SessionNotBefore(session.index, gaps[i].inclusion.index);
            }
            (from, to) = _unpaid(terms, until, from, to);
            // Gaps out of order would be lost for good: better that none is paid.
            if (from >= to) revert NothingOwed(ticket);
            amount += uint256(_tickets[ticket].face) * (to - from) / ((terms.ends - terms.starts) * MILLISECONDS);
            until = to;
        }
    }

    /// @dev That part of a gap which is in the schedule and later than what was claimed.
    function _unpaid(Terms storage terms, uint64 claimedUntil, uint64 from, uint64 until)
        private
        view
        returns (uint64, uint64)
    {
        uint64 starts = terms.starts * MILLISECONDS;
        uint64 ends = terms.ends * MILLISECONDS;
        if (from < starts) from = starts;
        if (from < claimedUntil) from = claimedUntil;
        return (from, until < ends ? until : ends);
    }

    function _gap(Terms storage terms, Gap calldata gap, bytes memory stream)
        private
        view
        returns (uint64 from, uint64 until)
    {
        LedgerEntry.Facts memory facts = _logged(terms, gap.inclusion, stream, OUTAGE_LOGGED);
        // docs/formats/log.md: the digest is over salt and payload.
        if (sha256(abi.encodePacked(gap.salt, gap.payload)) != facts.payloadDigest) {
            revert PayloadDiffers(gap.inclusion.index);
        }
        return GapPayload.parse(gap.payload, terms.broadcast);
    }

    /// @dev Chain and contract are in the name: a log that serves several has a stream for each ticket of each.
    function _ticketStream(uint256 ticket) private view returns (bytes memory) {
        return abi.encodePacked(
            "ticket/",
            Strings.toString(block.chainid),
            "-",
            LowerHex.write(uint160(address(this)), 40),
            "-",
            Strings.toString(ticket)
        );
    }
}

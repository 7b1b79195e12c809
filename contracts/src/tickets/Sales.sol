// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {BroadcastOwnership} from "../BroadcastOwnership.sol";
import {CheckpointAnchor} from "../CheckpointAnchor.sol";
import {Escrow} from "./Escrow.sol";
import {SaleTerms} from "./SaleTerms.sol";
import {Payee, SaleState, Terms} from "./TicketTypes.sol";

/// @title Sales and the tickets they sell
abstract contract Sales is ERC721, Escrow {
    struct Sale {
        Terms terms;
        Payee[] payees;
        SaleState state;
        uint32 sold;
    }

    struct Ticket {
        // What came in for it, and what outages have paid of that.
        uint128 face;
        uint128 paid;
        uint184 sale;
        // Unix milliseconds: no moment before is paid again.
        uint64 claimedUntil;
        bool feePaid;
    }

    /// @notice Says who owns a broadcast, and so who sells, signs and cancels.
    BroadcastOwnership public immutable ownership;
    /// @notice Says what the log held.
    CheckpointAnchor public immutable anchor;

    mapping(uint256 sale => Sale) internal _sales;
    mapping(uint256 ticket => Ticket) internal _tickets;
    uint184 private _lastSale;
    uint72 private _lastTicket;

    event SaleCreated(uint256 indexed sale, bytes16 indexed broadcast, address indexed broadcaster);
    event TicketBought(uint256 indexed ticket, uint256 indexed sale, address indexed buyer, uint128 face);

    error NotTheBroadcaster(address account);
    error NotTheHolder(uint256 ticket, address account);
    error SaleUnknown(uint256 sale);
    /// @notice The sale's state forbids it.
    error SaleIs(uint256 sale, SaleState state);
    error SaleNotOpen(uint256 sale);
    error SaleClosed(uint256 sale);
    error SoldOut(uint256 sale);
    error VoucherNeeded(uint256 sale);

    constructor(BroadcastOwnership ownership_, CheckpointAnchor anchor_) {
        (ownership, anchor) = (ownership_, anchor_);
    }

    /// @notice Opens a sale for a broadcast of the sender's.
    function createSale(Terms calldata terms, Payee[] calldata payees) external returns (uint256 sale) {
        if (_broadcasterOf(terms.broadcast) != msg.sender) revert NotTheBroadcaster(msg.sender);
        SaleTerms.check(terms, payees);
        sale = ++_lastSale;
        Sale storage created = _sales[sale];
        created.terms = terms;
        created.state = SaleState.Open;
        for (uint256 i = 0; i < payees.length; ++i) {
            created.payees.push(payees[i]);
        }
        emit SaleCreated(sale, terms.broadcast, msg.sender);
    }

    /// @notice Buys a ticket for the sender.
    function buy(uint256 sale) external payable nonReentrant returns (uint256 ticket) {
        Terms storage terms = _sales[sale].terms;
        if (terms.voucherOnly) revert VoucherNeeded(sale);
        if (block.timestamp < terms.saleOpens) revert SaleNotOpen(sale);
        return _sell(sale, msg.sender, terms.price);
    }

    function termsOf(uint256 sale) external view returns (Terms memory) {
        return _sales[sale].terms;
    }

    function payeesOf(uint256 sale) external view returns (Payee[] memory) {
        return _sales[sale].payees;
    }

    function stateOf(uint256 sale) external view returns (SaleState) {
        return _sales[sale].state;
    }

    function soldOf(uint256 sale) external view returns (uint32) {
        return _sales[sale].sold;
    }

    /// @notice A ticket's facts: zeros once it is burned.
    function ticketOf(uint256 ticket)
        external
        view
        returns (uint256 sale, uint128 face, uint128 paid, uint64 claimedUntil)
    {
        Ticket storage found = _tickets[ticket];
        return (found.sale, found.face, found.paid, found.claimedUntil);
    }

    /// @dev Callers hold the reentrancy lock. `_mint` and not `_safeMint`: a buyer's hook is a stranger's code.
    function _sell(uint256 sale, address buyer, uint128 price) internal returns (uint256 ticket) {
        Sale storage from = _existing(sale);
        SaleState state = from.state;
        if (state != SaleState.Open && state != SaleState.Started) revert SaleIs(sale, state);
        if (block.timestamp > from.terms.saleCloses) revert SaleClosed(sale);
        // Nothing can start this sale any more: its tickets would only be refunded.
        if (state == SaleState.Open && block.timestamp > from.terms.startDeadline) revert SaleClosed(sale);
        if (from.sold == from.terms.supply) revert SoldOut(sale);
        from.sold += 1;
        ticket = ++_lastTicket;

        uint128 face = SafeCast.toUint128(_take(from.terms.currency, price));
        _hold(sale, face);
        (_tickets[ticket].sale, _tickets[ticket].face) = (uint184(sale), face);
        _mint(buyer, ticket);
        emit TicketBought(ticket, sale, buyer, face);
    }

    function _existing(uint256 sale) internal view returns (Sale storage found) {
        found = _sales[sale];
        if (found.state == SaleState.None) revert SaleUnknown(sale);
    }

    function _requireState(uint256 sale, SaleState wanted) internal view returns (Sale storage found) {
        found = _existing(sale);
        if (found.state != wanted) revert SaleIs(sale, found.state);
    }

    /// @dev The holder, and nobody it approved: an approval is for transfers.
    function _requireHolder(uint256 ticket) internal view {
        if (_requireOwned(ticket) != msg.sender) revert NotTheHolder(ticket, msg.sender);
    }

    function _broadcasterOf(bytes16 broadcast) internal view returns (address) {
        return ownership.ownerOf(uint128(broadcast));
    }

    /// @dev By shares, rounded down; what that leaves goes to the last, so nothing stays behind.
    function _split(Sale storage sale, uint256 amount) internal {
        address currency = sale.terms.currency;
        uint256 left = amount;
        uint256 last = sale.payees.length - 1;
        for (uint256 i = 0; i < last; ++i) {
            Payee memory payee = sale.payees[i];
            uint256 part = amount * payee.share / SaleTerms.WHOLE;
            left -= part;
            _credit(payee.to, currency, part);
        }
        _credit(sale.payees[last].to, currency, left);
    }
}
